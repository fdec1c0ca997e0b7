/** Reads a checkpoint's small text files with a size limit, because they are untrusted. */
import { Rank1Error } from '../base/errors.ts';
import type { CheckpointFolder } from './checkpoint-folder.ts';
import { assertNotMistaken } from './mistaken-file.ts';

export const MAX_TEXT_BYTES = 64 * 2 ** 20;

/** `null` if the file does not exist. */
export async function readText(folder: CheckpointFolder, name: string): Promise<string | null> {
  const source = await folder.open(name);
  if (source === null) return null;
  if (source.size > MAX_TEXT_BYTES) {
    throw tooLarge(name);
  }
  const bytes = await source.read(0, source.size);
  assertNotMistaken(name, bytes);
  return new TextDecoder().decode(bytes);
}

export function tooLarge(name: string): Rank1Error {
  return new Rank1Error(
    'invalid-file',
    `${name} is larger than ${MAX_TEXT_BYTES / 2 ** 20} MiB, which no such file needs. Check the folder.`,
  );
}

/** @throws Rank1Error `invalid-file` if the text is not JSON */
export function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Rank1Error('invalid-file', `${name} is not valid JSON. Download it again.`, { cause });
  }
}

/** `null` if the file does not exist. @throws Rank1Error `invalid-file` if it is not JSON */
export async function readOptionalJson(folder: CheckpointFolder, name: string): Promise<unknown> {
  const text = await readText(folder, name);
  return text === null ? null : parseJson(name, text);
}

/** @throws Rank1Error `model-not-found` if the file is missing, `invalid-file` if it is not a JSON object */
export async function readJsonObject(
  folder: CheckpointFolder,
  name: string,
): Promise<Record<string, unknown>> {
  const text = await readText(folder, name);
  if (text === null) {
    throw new Rank1Error(
      'model-not-found',
      `There is no ${name} in the folder. Give a complete Hugging Face model folder.`,
    );
  }
  const value = parseJson(name, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Rank1Error('invalid-file', `${name} is not a JSON object. Download it again.`);
  }
  return value as Record<string, unknown>;
}
