/**
 * A checkpoint whose weights are computed when they are read: true widths without gigabytes in the repository.
 * test/oracle/convert/make_true_width.py computes the same numbers.
 */
import { awqTensors, tensorShapes } from './checkpoint-shapes.ts';
import type { ByteSource } from '../../../../src/convert/byte-io.ts';
import type { CheckpointFolder } from '../../../../src/convert/checkpoint-folder.ts';

type Config = Record<string, unknown>;

/** `exact`: the oracle's weights in fp32. `fast`: a repeated pattern in bf16, for measuring. `awq`: that pattern as AutoAWQ's
 * tensors. */
export type SyntheticKind = 'exact' | 'fast' | 'awq';

export class SyntheticCheckpoint implements CheckpointFolder {
  readonly #config: string;
  readonly #weights: ByteSource;
  /** What making up the weights has taken so far: no part of a conversion. */
  makingMs = 0;

  constructor(config: Config, kind: SyntheticKind) {
    this.#config = JSON.stringify(config);
    const { read, ...file } = syntheticFile(config, kind);
    this.#weights = {
      ...file,
      read: (start, end) => {
        const startedAt = performance.now();
        const bytes = read(start, end);
        this.makingMs += performance.now() - startedAt;
        return bytes;
      },
    };
  }

  get weightBytes(): number {
    return this.#weights.size;
  }

  open(name: string): Promise<ByteSource | null> {
    if (name === 'model.safetensors') return Promise.resolve(this.#weights);
    if (name !== 'config.json') return Promise.resolve(null);
    const bytes = new TextEncoder().encode(this.#config);
    return Promise.resolve({
      name,
      size: bytes.length,
      read: (start, end) => Promise.resolve(bytes.slice(start, end)),
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function syntheticFile(config: Config, kind: SyntheticKind): ByteSource {
  let offset = 0;
  const tensors = typedShapes(config, kind).map(({ name, shape, dtype }) => {
    const start = offset;
    offset += shape.reduce((product, dim) => product * dim, ELEMENT_BYTES[dtype]);
    return { name, shape, dtype, start, end: offset };
  });
  const entries = tensors.map(({ name, shape, dtype, start, end }) => [
    name,
    { dtype, shape, data_offsets: [start, end] },
  ]);
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const dataStart = 8 + header.length;
  const prefix = new Uint8Array(dataStart);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(header.length), true);
  prefix.set(header, 8);
  return {
    name: 'model.safetensors',
    size: dataStart + offset,
    read(start, end) {
      if (end <= dataStart) return Promise.resolve(prefix.slice(start, end));
      if (kind !== 'exact') return Promise.resolve(pattern(end - start));
      const tensor = tensors.find((item) => start - dataStart >= item.start && end - dataStart <= item.end);
      if (!tensor) throw new Error('a read spans two tensors');
      const first = (start - dataStart - tensor.start) / 4;
      const values = new Float32Array((end - start) / 4);
      fillWeights(values, first, tensor.name, tensor.shape);
      return Promise.resolve(new Uint8Array(values.buffer));
    },
  };
}

const ELEMENT_BYTES = { F32: 4, BF16: 2, F16: 2, I32: 4 } as const;

function typedShapes(config: Config, kind: SyntheticKind) {
  if (kind === 'awq') return awqTensors(config);
  const dtype = kind === 'exact' ? ('F32' as const) : ('BF16' as const);
  return tensorShapes(config).map((tensor) => ({ ...tensor, dtype }));
}

/** Values `first` and on of the tensor. */
function fillWeights(values: Float32Array, first: number, name: string, shape: readonly number[]): void {
  const seed = fnv1a(name) + first;
  const isVector = shape.length === 1;
  // Half rounds down, as in make_true_width.py: -3.5 is -4.
  const scale = isVector ? 0.25 : 2 ** Math.ceil(Math.log2(Math.sqrt(12 / shape[1]!)) - 0.5);
  const offset = isVector && !name.endsWith('.bias') ? 1 : 0;
  for (let i = 0; i < values.length; i++) {
    let x = (seed + i) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    values[i] = (((x ^ (x >>> 16)) >>> 8) / 2 ** 24 - 0.5) * scale + offset;
  }
}

function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

const PATTERN = new Uint16Array(2 ** 20).map((_, i) => 0x3c00 + ((i * 40503) & 0x83ff));

/** bf16 numbers of plausible size, any number of them. */
function pattern(bytes: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes);
  const source = new Uint8Array(PATTERN.buffer);
  for (let at = 0; at < bytes; at += source.length)
    result.set(source.subarray(0, Math.min(source.length, bytes - at)), at);
  return result;
}
