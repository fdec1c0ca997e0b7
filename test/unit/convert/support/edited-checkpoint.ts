/** A committed checkpoint with some of its tensors, or of its config.json, changed. */
import { readFileSync } from 'node:fs';
import { readSafetensors } from '../../../../src/convert/safetensors.ts';
import { fixturePath } from './fixtures.ts';
import { MemoryCheckpoint } from './memory-folder.ts';

export interface EditableTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array<ArrayBuffer>;
}
export type EditableTensors = Map<string, EditableTensor>;

/** @param config settings that take the place of the fixture's */
export async function editedCheckpoint(
  fixture: string,
  change: (tensors: EditableTensors) => void,
  config: object = {},
): Promise<MemoryCheckpoint> {
  const weights = Uint8Array.from(readFileSync(fixturePath(`${fixture}/model.safetensors`)));
  const source = await MemoryCheckpoint.of({ weights }).open('weights');
  const tensors: EditableTensors = new Map();
  for (const { name, dtype, shape, start, end } of await readSafetensors(source!)) {
    tensors.set(name, { dtype, shape, data: weights.slice(start, end) });
  }
  change(tensors);
  const original = JSON.parse(readFileSync(fixturePath(`${fixture}/config.json`), 'utf8')) as object;
  return MemoryCheckpoint.of({
    'config.json': JSON.stringify({ ...original, ...config }),
    'model.safetensors': safetensorsFile(tensors),
  });
}

export function safetensorsFile(tensors: ReadonlyMap<string, EditableTensor>): Uint8Array<ArrayBuffer> {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape, data }]) => {
    const start = end;
    end += data.length;
    return [name, { dtype, shape, data_offsets: [start, end] }] as const;
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const file = new Uint8Array(8 + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let at = 8 + header.length;
  for (const { data } of tensors.values()) {
    file.set(data, at);
    at += data.length;
  }
  return file;
}
