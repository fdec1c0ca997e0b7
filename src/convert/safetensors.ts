/**
 * Reads a .safetensors header. The file is untrusted: every count and offset is checked before use, and the
 * tensors must cover the data exactly, without overlap or gap, as the format requires.
 */
import { Rank1Error } from '../base/errors.ts';
import type { ByteSource } from './byte-io.ts';
import type { BlockDtype } from './gguf/block-types.ts';
import { assertNotMistaken } from './mistaken-file.ts';

const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  C64: 8,
  BOOL: 1,
} as const;
/** Valid dtypes that do not fill whole bytes. */
const SUB_BYTE_DTYPE = /^(?:F4|F6_E2M3|F6_E3M2)$/;
export type SafetensorsDtype = keyof typeof DTYPE_BYTES;

/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_TENSORS = 200_000;
const MAX_RANK = 8;

/** GGUF tensors (gguf/) have their own dtypes. */
export type TensorDtype = SafetensorsDtype | BlockDtype;

export interface TensorEntry {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly source: ByteSource;
  /** absolute byte range in `source` */
  readonly start: number;
  readonly end: number;
  /**
   * Set to H if the file interleaves the rows of each head of size H as 0, H/2, 1, H/2 + 1 and so on; reading restores
   * their order.
   */
  readonly interleavedHeadDim?: number;
}

/**
 * Reads and checks one file's header.
 * @throws Rank1Error `invalid-file`, naming the file and the problem; `model-unsupported` for sub-byte
 * weights
 */
export async function readSafetensors(source: ByteSource): Promise<TensorEntry[]> {
  const { header, dataStart } = await readHeader(source);
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  if (entries.length > MAX_TENSORS) throw invalid(source, `lists ${entries.length} tensors`);
  const tensors = entries.map(([name, value]) => parseEntry(source, dataStart, name, value));
  checkCoverage(source, dataStart, tensors);
  return tensors;
}

async function readHeader(
  source: ByteSource,
): Promise<{ header: Record<string, unknown>; dataStart: number }> {
  assertNotMistaken(source.name, await source.read(0, Math.min(source.size, 64)));
  if (source.size < 10) throw invalid(source, 'is shorter than a header');
  const prefix = await source.read(0, 8);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) throw invalid(source, `claims a header of ${length} bytes`);
  const dataStart = 8 + Number(length);
  if (dataStart > source.size) throw invalid(source, `ends inside its header (${source.size} bytes)`);
  const bytes = await source.read(8, dataStart);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid(source, 'has a header that is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw invalid(source, 'has a header that is not a JSON object');
  }
  return { header: header as Record<string, unknown>, dataStart };
}

function parseEntry(source: ByteSource, dataStart: number, name: string, value: unknown): TensorEntry {
  const label = JSON.stringify(name.slice(0, 120));
  if (typeof value !== 'object' || value === null) throw invalid(source, `has no description of ${label}`);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype === 'string' && SUB_BYTE_DTYPE.test(dtype)) {
    throw new Rank1Error(
      'model-unsupported',
      `${source.name} stores ${label} as ${dtype}, which cannot be converted. Choose the original checkpoint instead of a quantised one.`,
    );
  }
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype)) {
    throw invalid(
      source,
      `stores ${label} as ${JSON.stringify(dtype)?.slice(0, 40)}, which is not supported`,
    );
  }
  if (!isCounts(shape) || shape.length > MAX_RANK) throw invalid(source, `gives ${label} an invalid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) throw invalid(source, `gives ${label} invalid offsets`);
  const [start, end] = offsets as [number, number];
  const bytes = shape.reduce((product, dim) => product * dim, DTYPE_BYTES[dtype as SafetensorsDtype]);
  if (!Number.isSafeInteger(bytes) || end - start !== bytes) {
    throw invalid(source, `gives ${label} ${end - start} bytes where its shape needs ${bytes}`);
  }
  if (dataStart + end > source.size) {
    throw invalid(source, `ends before ${label} does (${source.size} of at least ${dataStart + end} bytes)`);
  }
  return {
    name,
    dtype: dtype as SafetensorsDtype,
    shape,
    source,
    start: dataStart + start,
    end: dataStart + end,
  };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
}

function checkCoverage(source: ByteSource, dataStart: number, tensors: readonly TensorEntry[]): void {
  const sorted = [...tensors].sort((a, b) => a.start - b.start || a.end - b.end);
  let position = dataStart;
  for (const tensor of sorted) {
    if (tensor.start !== position) {
      const fault = tensor.start < position ? 'overlaps the tensor before it' : 'leaves a gap before it';
      throw invalid(source, `is malformed: ${JSON.stringify(tensor.name.slice(0, 120))} ${fault}`);
    }
    position = tensor.end;
  }
  if (position !== source.size)
    throw invalid(source, `has ${source.size - position} bytes that belong to no tensor`);
}

function invalid(source: ByteSource, problem: string, cause?: unknown): Rank1Error {
  return new Rank1Error(
    'invalid-file',
    `${source.name} ${problem}. Download the file again; if that does not help, the checkpoint itself is damaged.`,
    cause === undefined ? undefined : { cause },
  );
}
