/** The MatMulNBits products of a stored graph, each with its matrix. */
import type { OnnxModel, OnnxNode, OnnxTensor } from '../onnx-proto.ts';
import type { BlockWeight } from './block-weight.ts';
import { ForeignGraph } from './read-onnx.ts';

export interface StoredProduct {
  readonly node: OnnxNode;
  readonly weight: BlockWeight;
  /** name of the weight: products of the same codes share what is made of them */
  readonly codesName: string;
  readonly bias: string | null;
}

export type DataFiles = ReadonlyMap<string, Uint8Array>;

/** @throws ForeignGraph if a product is not as the converter writes it, or its weights are not in the files */
export function findProducts(model: OnnxModel, files: DataFiles): StoredProduct[] {
  const tensors = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  return model.nodes
    .filter(({ op, domain }) => op === 'MatMulNBits' && domain === 'com.microsoft')
    .map((node) => readProduct(node, tensors, files));
}

export function dataFiles(externalData: readonly { path: string; data: Uint8Array }[]): DataFiles {
  return new Map(externalData.map(({ path, data }) => [path, data]));
}

function readProduct(
  node: OnnxNode,
  tensors: ReadonlyMap<string, OnnxTensor>,
  files: DataFiles,
): StoredProduct {
  const [, codesName = '', scalesName = '', zerosName = '', groups = '', bias = ''] = node.inputs;
  const [rows, cols, bits, blockSize] = ['N', 'K', 'bits', 'block_size'].map((name) => intOf(node, name));
  // As the runtime has it, and the kernels that expand weights: 16 values at once.
  if (
    !rows ||
    !cols ||
    !blockSize ||
    blockSize % 16 !== 0 ||
    cols % blockSize !== 0 ||
    (bits !== 4 && bits !== 8) ||
    groups !== ''
  )
    throw new ForeignGraph(`product ${node.name}`);
  const numBlocks = cols / blockSize;
  const bytes = (name: string, type: OnnxTensor['type'], length: number) =>
    tensorBytesIn(tensors.get(name), type, length, files);
  const weight: BlockWeight = {
    rows,
    cols,
    bits,
    blockSize,
    codes: bytes(codesName, 'uint8', (rows * cols * bits) / 8),
    scales: bytes(scalesName, 'float32', rows * numBlocks * 4),
    zeroPoints: zerosName === '' ? null : bytes(zerosName, 'uint8', rows * Math.ceil((numBlocks * bits) / 8)),
  };
  return { node, weight, codesName, bias: bias === '' ? null : bias };
}

function intOf({ attributes }: OnnxNode, name: string): number {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return value && 'int' in value ? value.int : 0;
}

/** @throws ForeignGraph if the tensor is not fp32 [length] in the files, or holds what is no finite number */
export function floatsOf(tensor: OnnxTensor | undefined, length: number, files: DataFiles): Float32Array {
  const values = new Float32Array(new Uint8Array(tensorBytesIn(tensor, 'float32', length * 4, files)).buffer);
  if (!values.every(Number.isFinite)) throw new ForeignGraph('gain that is no number');
  return values;
}

function tensorBytesIn(
  tensor: OnnxTensor | undefined,
  type: OnnxTensor['type'],
  length: number,
  files: DataFiles,
): Uint8Array {
  if (tensor?.type !== type || tensor.data instanceof Uint8Array || tensor.data.length !== length)
    throw new ForeignGraph('weights of a product');
  const { file, offset } = tensor.data;
  const data = files.get(file);
  if (!data || offset + length > data.byteLength) throw new ForeignGraph(`weight file ${file}`);
  return data.subarray(offset, offset + length);
}
