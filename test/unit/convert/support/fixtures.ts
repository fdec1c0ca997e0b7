/** Committed checkpoints and the logits transformers gives them; see test/oracle/convert. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DiskCheckpoint } from '../../../../src/convert/node/disk-checkpoint.ts';
import { readSafetensors } from '../../../../src/convert/safetensors.ts';
import { decodeFloats } from '../../../../src/convert/float-formats.ts';
import { MemoryCheckpoint } from './memory-folder.ts';

export const fixturePath = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/convert/${name}`, import.meta.url));

export const openFixture = (name: string): Promise<DiskCheckpoint> => DiskCheckpoint.open(fixturePath(name));

/** Opens a fixture for `use` and closes it after. */
export async function usingFixture<T>(name: string, use: (input: DiskCheckpoint) => Promise<T>): Promise<T> {
  const input = await openFixture(name);
  try {
    return await use(input);
  } finally {
    await input.close();
  }
}

export interface Expected {
  readonly ids: number[];
  /** by rounding: [T, V] */
  readonly logits: ReadonlyMap<string, Float32Array>;
}

/** Tensors of a fixture's safetensors file: the int32 `ids`, and float32 logits by name. */
export async function readExpected(path: string): Promise<Expected> {
  const file = fixturePath(path);
  if (!existsSync(file)) throw new Error(`${file} is missing; run the script in test/oracle/convert`);
  const source = await MemoryCheckpoint.of({ expected: Uint8Array.from(readFileSync(file)) }).open(
    'expected',
  );
  const logits = new Map<string, Float32Array>();
  let ids: number[] = [];
  for (const tensor of await readSafetensors(source!)) {
    const bytes = await tensor.source.read(tensor.start, tensor.end);
    if (tensor.dtype === 'I32') ids = [...new Int32Array(bytes.buffer)];
    else logits.set(tensor.name, decodeFloats(bytes, 'F32'));
  }
  return { ids, logits };
}

/** Largest difference, as a share of the largest expected magnitude. */
export function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values, not ${expected.length}`);
  let difference = 0;
  let magnitude = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    if (!(distance <= difference)) difference = distance; // NaN counts as the largest
    magnitude = Math.max(magnitude, Math.abs(expected[i]!));
  }
  return difference / magnitude;
}
