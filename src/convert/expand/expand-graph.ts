/**
 * The same graph with its 4- or 8-bit products replaced by products that the CPU computes faster, on weights that
 * are made when the runtime asks for them. Everything else, the embedding table included, stays as it is stored.
 */
import { GraphBuilder, tensorBytes, type StoredTensor } from '../graph-builder.ts';
import {
  ELEMENT_BYTES,
  encodeOnnxModel,
  type ElementType,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from '../onnx-proto.ts';
import { splitRows, type BlockWeight } from './block-weight.ts';
import { columnScales, expandToFloat32, expandToInt8, MAX_INT8 } from './expanded-weights.ts';
import type { ProductSizes } from '../../model/arithmetic-plan.ts';
import type { StoredProduct } from './stored-products.ts';

/** `fp32`: the stored numbers. `int8`: rounded again, one scale per output; activations one scale per row. */
export type ExpandedForm = 'fp32' | 'int8';

/** A weight made on demand; its name is also the name of its file. */
export interface ExpandedTensor extends StoredTensor {
  /** @param bytes of the tensor's length; all of them are written */
  fill(bytes: Uint8Array<ArrayBuffer>): void;
}

/** Codes shared by several products count once. */
export function productSizes(products: readonly StoredProduct[], form: ExpandedForm): ProductSizes {
  const valueBytes = form === 'fp32' ? 4 : 1;
  const weights = new Map(products.map(({ codesName, weight }) => [codesName, weight]));
  const sizes = [...weights.values()].map(({ rows, cols }) => rows * cols * valueBytes);
  return {
    total: sizes.reduce((sum, bytes) => sum + bytes, 0),
    largest: Math.min(MAX_TENSOR_BYTES, Math.max(...sizes)),
  };
}

export interface ExpandedGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly tensors: readonly ExpandedTensor[];
}

/**
 * Larger weights are made and multiplied in parts. The runtime packs a copy of each, and memory that one left is
 * not reused for smaller ones: a vocabulary in one piece took its size twice more.
 */
const MAX_TENSOR_BYTES = 2 ** 25;
/** Smallest scale of a row of activations: a row of zeros is divided by it. */
const MIN_SCALE = 1e-12;
/** The kernels have no signed activations on WASM, so zero is stored as 128. */
const ZERO_POINT = 128;

export function expandGraph(
  model: OnnxModel,
  products: readonly StoredProduct[],
  form: ExpandedForm,
): ExpandedGraph {
  const graph = new GraphBuilder();
  const writer = form === 'fp32' ? new Float32Products(graph) : new Int8Products(graph);
  const byNode = new Map(products.map((product) => [product.node, product]));
  for (const node of model.nodes) {
    const product = byNode.get(node);
    if (product) writer.add(product);
    else copyNode(graph, node);
  }
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const tensors: OnnxTensor[] = [
    ...model.tensors.filter((tensor) => read.has(tensor.name)),
    ...graph.inlineTensors,
    ...writer.tensors.map(located),
  ];
  const { name, inputs, outputs } = model;
  const onnx = encodeOnnxModel({ name, nodes: graph.nodes, inputs, outputs, tensors }, 'rank1-rerank');
  return { onnx, tensors: writer.tensors };
}

function copyNode(graph: GraphBuilder, { name, op, domain, inputs, outputs, attributes }: OnnxNode): void {
  const base = name.endsWith(`/${op}`) ? name.slice(0, -op.length - 1) : name;
  graph.multiNode(op, base, inputs, outputs, { ...(domain && { domain }), attributes });
}

function floats({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return new Float32Array(buffer, byteOffset, length / 4);
}

function located({ name, type, dims }: ExpandedTensor): OnnxTensor {
  const length = tensorBytes({ name, type, dims });
  return { name, type, dims, data: { file: name, offset: 0, length } };
}

abstract class Products {
  readonly tensors: ExpandedTensor[] = [];
  protected readonly graph: GraphBuilder;
  protected abstract readonly type: ElementType;
  readonly #stored = new Set<string>();

  constructor(graph: GraphBuilder) {
    this.graph = graph;
  }

  add({ node, weight, codesName, bias }: StoredProduct): void {
    const output = node.outputs[0]!;
    const name = bias === null ? output : `${output}.product`;
    const x = node.inputs[0]!;
    const parts = splitRows(weight, Math.floor(MAX_TENSOR_BYTES / ELEMENT_BYTES[this.type]));
    if (parts.length === 1) this.multiply(name, x, codesName, weight);
    else {
      const products = parts.map((part, nth) =>
        this.multiply(`${name}.${nth}`, x, `${codesName}.${nth}`, part),
      );
      this.graph.node('Concat', name, products, { attributes: { axis: { int: -1 } } });
    }
    if (bias !== null) this.graph.node('Add', output, [name, bias]);
  }

  /** Adds x [..., cols] times the weight, [..., rows], called `name`; returns that name. */
  protected abstract multiply(name: string, x: string, weightName: string, weight: BlockWeight): string;

  /** Adds a weight once, however many products read it. */
  protected store(tensor: ExpandedTensor): string {
    if (!this.#stored.has(tensor.name)) this.tensors.push(tensor);
    this.#stored.add(tensor.name);
    return tensor.name;
  }
}

class Float32Products extends Products {
  protected readonly type = 'float32';

  protected multiply(name: string, x: string, weightName: string, weight: BlockWeight): string {
    const stored = this.store({
      name: `${weightName}.fp32`,
      type: this.type,
      dims: [weight.rows, weight.cols],
      fill: (bytes) => expandToFloat32(weight, floats(bytes)),
    });
    return this.graph.node('FusedMatMul', name, [x, stored], {
      domain: 'com.microsoft',
      attributes: { transB: { int: 1 } },
    });
  }
}

/**
 * x [..., K] times W [K, N]: u = round(x / s) + 128 with s = max|x| / 127 of the row; integers u - 128 times the
 * int8 codes, summed exactly; times the output's scale; times s. No row sees another.
 */
class Int8Products extends Products {
  protected readonly type = 'int8';
  readonly #activations = new Map<string, { readonly codes: string; readonly scales: string }>();
  #constants: Readonly<Record<'axis' | 'maxInt8' | 'minScale' | 'one' | 'zeroPoint', string>> | null = null;

  protected multiply(name: string, input: string, weightName: string, weight: BlockWeight): string {
    const { graph } = this;
    const { one, zeroPoint } = this.#constant();
    const x = this.#quantize(input);
    const codes = this.store({
      name: `${weightName}.int8`,
      type: this.type,
      dims: [weight.cols, weight.rows],
      fill: (bytes) => expandToInt8(weight, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)),
    });
    const scales = this.store({
      name: `${weightName}.int8_scales`,
      type: 'float32',
      dims: [weight.rows],
      fill: (bytes) => columnScales(weight, floats(bytes)),
    });
    const inputs = [x.codes, codes, one, scales, zeroPoint];
    const sums = graph.node('MatMulIntegerToFloat', `${name}.sums`, inputs, { domain: 'com.microsoft' });
    return graph.node('Mul', name, [sums, x.scales]);
  }

  /** Once per activation: gate and up read the same. */
  #quantize(x: string): { readonly codes: string; readonly scales: string } {
    const done = this.#activations.get(x);
    if (done) return done;
    const { graph } = this;
    const { axis, maxInt8, minScale, one, zeroPoint } = this.#constant();
    const magnitudes = graph.node('Abs', `${x}.magnitudes`, [x]);
    const max = graph.node('ReduceMax', `${x}.max`, [magnitudes, axis], {
      attributes: { keepdims: { int: 1 } },
    });
    const scale = graph.node('Div', `${x}.scale`, [max, maxInt8]);
    const scales = graph.node('Max', `${x}.scales`, [scale, minScale]);
    const quotients = graph.node('Div', `${x}.quotients`, [x, scales]);
    const codes = graph.node('QuantizeLinear', `${x}.codes`, [quotients, one, zeroPoint]);
    const result = { codes, scales };
    this.#activations.set(x, result);
    return result;
  }

  #constant() {
    const { graph } = this;
    this.#constants ??= {
      axis: graph.constant('int8.axis', 'int64', [-1], [1]),
      maxInt8: graph.constant('int8.max', 'float32', [MAX_INT8], []),
      minScale: graph.constant('int8.min_scale', 'float32', [MIN_SCALE], []),
      one: graph.constant('int8.one', 'float32', [1], []),
      zeroPoint: graph.constant('int8.zero_point', 'uint8', [ZERO_POINT], []),
    };
    return this.#constants;
  }
}
