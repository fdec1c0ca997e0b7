/** Reads back the weights of a converted model folder (`rank1` layout, symmetric q4): what the other contenders' files are made from. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface StoredTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** The tensors of an .onnx file whose data lie in files beside it. */
export function readExternalTensors(onnx: Uint8Array): StoredTensor[] {
  const tensors: StoredTensor[] = [];
  eachField(new BinaryReader(onnx), (field, reader) => {
    if (field !== 7) return false;
    eachField(new BinaryReader(reader.bytes()), (graphField, graph) => {
      if (graphField !== 5) return false;
      const tensor = readTensor(new BinaryReader(graph.bytes()));
      if (tensor.length > 0) tensors.push(tensor);
      return true;
    });
    return true;
  });
  return tensors;
}

function readTensor(reader: BinaryReader): StoredTensor {
  const dims: number[] = [];
  const external: Record<string, string> = {};
  let name = '';
  eachField(reader, (field, tensor, wireType) => {
    if (field === 1 && wireType === WireType.Varint) dims.push(Number(tensor.int64()));
    else if (field === 8) name = tensor.string();
    else if (field === 13) {
      const entry: string[] = [];
      eachField(new BinaryReader(tensor.bytes()), (part, reader) => {
        entry[part] = reader.string();
        return true;
      });
      external[entry[1] ?? ''] = entry[2] ?? '';
    } else return false;
    return true;
  });
  const { location = '', offset = '0', length = '0' } = external;
  return { name, dims, file: location, offset: Number(offset), length: Number(length) };
}

export function eachField(
  reader: BinaryReader,
  take: (field: number, reader: BinaryReader, wireType: WireType) => boolean,
): void {
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!take(field, reader, wireType)) reader.skip(wireType);
  }
}

/** A 4-bit matrix as it is stored: value = scale * (code - 8), the code of an even input in the low nibble. */
export interface Q4Matrix {
  readonly rows: number;
  readonly cols: number;
  /** [rows * cols / 2] */
  readonly codes: Uint8Array;
  /** [rows * cols / 32] */
  readonly scales: Float32Array;
}

export class Q4Weights {
  readonly #tensors: ReadonlyMap<string, StoredTensor>;
  readonly #files = new Map<string, Uint8Array>();
  readonly #folder: string;

  constructor(onnxPath: string) {
    this.#folder = path.dirname(onnxPath);
    this.#tensors = new Map(
      readExternalTensors(readFileSync(onnxPath)).map((tensor) => [tensor.name, tensor]),
    );
  }

  matrix(name: string): Q4Matrix {
    const { rows, blocks, blockBytes } = this.#codesShape(name);
    if (blockBytes !== 16) throw new Error(`${name} is not 4-bit in blocks of 32`);
    return {
      rows,
      cols: blocks * 32,
      codes: this.#bytes(`${name}.codes`),
      scales: this.vector(`${name}.scales`),
    };
  }

  vector(name: string): Float32Array {
    const bytes = this.#bytes(name);
    // copied, as a Buffer may start at an odd place of a larger one
    return new Float32Array(new Uint8Array(bytes).buffer);
  }

  #codesShape(name: string) {
    const [rows = 0, blocks = 0, blockBytes = 0] = this.#tensor(`${name}.codes`).dims;
    return { rows, blocks, blockBytes };
  }

  #bytes(name: string): Uint8Array {
    const { file, offset, length } = this.#tensor(name);
    let data = this.#files.get(file);
    if (!data) this.#files.set(file, (data = readFileSync(path.join(this.#folder, file))));
    return data.subarray(offset, offset + length);
  }

  #tensor(name: string): StoredTensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new Error(`the model has no tensor ${name}`);
    return tensor;
  }
}

/** Rows `from` to `to` of a matrix, sharing its bytes. */
export function sliceRows({ cols, codes, scales }: Q4Matrix, from: number, to: number): Q4Matrix {
  return {
    rows: to - from,
    cols,
    codes: codes.subarray((from * cols) / 2, (to * cols) / 2),
    scales: scales.subarray((from * cols) / 32, (to * cols) / 32),
  };
}

export function dequantise({ codes, scales }: Q4Matrix): Float32Array {
  const values = new Float32Array(codes.length * 2);
  for (let i = 0; i < codes.length; i++) {
    const scale = scales[i >> 4]!;
    values[2 * i] = scale * ((codes[i]! & 15) - 8);
    values[2 * i + 1] = scale * ((codes[i]! >> 4) - 8);
  }
  return values;
}
