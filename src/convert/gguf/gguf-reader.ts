/**
 * Reads a GGUF header: metadata and tensor locations. The file is untrusted: every count is checked against
 * the remaining bytes before anything of that size is allocated.
 */
import { Rank1Error } from '../../base/errors.ts';
import type { ByteSource } from '../byte-io.ts';

export type GgufValue = string | number | boolean | readonly GgufValue[];
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

export interface GgufTensor {
  readonly name: string;
  /** number in GGUF's type table */
  readonly type: number;
  /** as in the file: innermost first */
  readonly dims: readonly number[];
  /** from the start of the tensor data */
  readonly offset: number;
}

export interface GgufHead {
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensor[];
  /** start of the tensor data */
  readonly dataStart: number;
  readonly alignment: number;
}

const MAX_METADATA = 65_536;
const MAX_TENSORS = 65_536;
/** Vocabularies and merges are the largest parts of a header. */
const MAX_HEAD_BYTES = 256 * 2 ** 20;
const MAX_STRING_BYTES = 16 * 2 ** 20;
const MAX_NAME_BYTES = 1024;
const MAX_ARRAY_DEPTH = 2;
/** In all lists together, as each takes time and memory: eight times what a vocabulary of 256,000 needs. */
const MAX_LIST_VALUES = 2 ** 23;
const MAX_DIMS = 4;
const DEFAULT_ALIGNMENT = 32;
const WINDOW_BYTES = 2 ** 20;

const TYPE = { string: 8, array: 9 } as const;
/** Bytes of scalar types, by type number. */
const SCALAR_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8] as const;

/** @throws Rank1Error `invalid-file` if the file is damaged, `model-unsupported` for another version */
export async function readGgufHead(source: ByteSource): Promise<GgufHead> {
  const cursor = new Cursor(source);
  if ((await cursor.text(4)) !== 'GGUF') throw invalidGguf(source, 'does not begin as a GGUF file');
  const version = await cursor.uint32();
  if (version !== 2 && version !== 3) {
    throw new Rank1Error(
      'model-unsupported',
      `${source.name} is GGUF of version ${version < 65_536 ? version : 'another byte order'}; versions 2 and 3, little-endian, can be converted. Choose a newer file.`,
    );
  }
  const numTensors = await cursor.count('tensors', MAX_TENSORS);
  const numMetadata = await cursor.count('metadata', MAX_METADATA);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < numMetadata; i++) {
    const key = await cursor.string(MAX_NAME_BYTES);
    if (metadata.has(key)) throw invalidGguf(source, `has the key ${show(key)} twice`);
    metadata.set(key, await cursor.value(await cursor.uint32(), 0));
  }
  const tensors: GgufTensor[] = [];
  for (let i = 0; i < numTensors; i++) tensors.push(await readTensor(source, cursor));
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  if (typeof alignment !== 'number' || !Number.isInteger(Math.log2(alignment)) || alignment > 2 ** 20) {
    throw invalidGguf(source, 'has an alignment that is not a power of two');
  }
  return { metadata, tensors, alignment, dataStart: Math.ceil(cursor.at / alignment) * alignment };
}

async function readTensor(source: ByteSource, cursor: Cursor): Promise<GgufTensor> {
  const name = await cursor.string(MAX_NAME_BYTES);
  const numDims = await cursor.uint32();
  if (numDims < 1 || numDims > MAX_DIMS) throw invalidGguf(source, `gives ${show(name)} an invalid shape`);
  const dims: number[] = [];
  for (let i = 0; i < numDims; i++) dims.push(await cursor.count('values', Number.MAX_SAFE_INTEGER));
  return { name, dims, type: await cursor.uint32(), offset: await cursor.count('bytes', source.size) };
}

export function invalidGguf(source: Pick<ByteSource, 'name'>, problem: string): Rank1Error {
  return new Rank1Error(
    'invalid-file',
    `${source.name} ${problem}. Download the file again; if that does not help, the file itself is damaged.`,
  );
}

const show = (name: string): string => JSON.stringify(name.slice(0, 120));

/** Reads values sequentially, from a window of the file. */
class Cursor {
  at = 0;
  readonly #source: ByteSource;
  readonly #end: number;
  #window = new DataView(new ArrayBuffer(0));
  #windowStart = 0;
  #numListValues = 0;

  constructor(source: ByteSource) {
    this.#source = source;
    this.#end = Math.min(source.size, MAX_HEAD_BYTES);
  }

  async uint32(): Promise<number> {
    const offset = await this.#take(4);
    return this.#window.getUint32(offset, true);
  }

  /**
   * @throws Rank1Error `invalid-file` if the count is above `max`
   */
  async count(what: string, max: number): Promise<number> {
    const offset = await this.#take(8);
    const value = this.#window.getBigUint64(offset, true);
    if (value > BigInt(max)) throw invalidGguf(this.#source, `claims ${value} ${what}`);
    return Number(value);
  }

  async string(maxBytes = MAX_STRING_BYTES): Promise<string> {
    return this.text(await this.count('bytes of text', Math.min(maxBytes, this.#left())));
  }

  async text(numBytes: number): Promise<string> {
    const offset = await this.#take(numBytes);
    return new TextDecoder().decode(
      new Uint8Array(this.#window.buffer, this.#window.byteOffset + offset, numBytes),
    );
  }

  async value(type: number, depth: number): Promise<GgufValue> {
    if (type === TYPE.string) return this.string();
    if (type === TYPE.array) return this.#array(depth);
    const numBytes = SCALAR_BYTES[type];
    if (!numBytes) throw invalidGguf(this.#source, `has a value of the unknown type ${type}`);
    const offset = await this.#take(numBytes);
    return scalar(this.#window, offset, type);
  }

  async #array(depth: number): Promise<GgufValue[]> {
    if (depth >= MAX_ARRAY_DEPTH) throw invalidGguf(this.#source, 'has lists in lists in lists');
    const type = await this.uint32();
    const itemBytes = type === TYPE.string ? 8 : type === TYPE.array ? 12 : (SCALAR_BYTES[type] ?? 1);
    const length = await this.count('values of a list', Math.floor(this.#left() / Math.max(1, itemBytes)));
    this.#numListValues += length;
    if (this.#numListValues > MAX_LIST_VALUES) {
      throw invalidGguf(
        this.#source,
        `has lists of more than ${MAX_LIST_VALUES} values together, which no tokenizer needs`,
      );
    }
    const values: GgufValue[] = [];
    for (let i = 0; i < length; i++) values.push(await this.value(type, depth + 1));
    return values;
  }

  #left(): number {
    return this.#end - this.at;
  }

  /** Ensures that `numBytes` are in the window; returns their offset in it. */
  async #take(numBytes: number): Promise<number> {
    const end = this.at + numBytes;
    if (end > this.#end) throw invalidGguf(this.#source, `ends inside its head (${this.#source.size} bytes)`);
    if (end > this.#windowStart + this.#window.byteLength || this.at < this.#windowStart) {
      const windowEnd = Math.min(this.#end, this.at + Math.max(WINDOW_BYTES, numBytes));
      const bytes = await this.#source.read(this.at, windowEnd);
      this.#window = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#windowStart = this.at;
    }
    const offset = this.at - this.#windowStart;
    this.at = end;
    return offset;
  }
}

/** 64-bit integers beyond the safe range are rounded; none that are read come near it. */
function scalar(view: DataView, at: number, type: number): number | boolean {
  switch (type) {
    case 0:
      return view.getUint8(at);
    case 1:
      return view.getInt8(at);
    case 2:
      return view.getUint16(at, true);
    case 3:
      return view.getInt16(at, true);
    case 4:
      return view.getUint32(at, true);
    case 5:
      return view.getInt32(at, true);
    case 6:
      return view.getFloat32(at, true);
    case 7:
      return view.getUint8(at) !== 0;
    case 10:
      return Number(view.getBigUint64(at, true));
    case 11:
      return Number(view.getBigInt64(at, true));
    default:
      return view.getFloat64(at, true);
  }
}
