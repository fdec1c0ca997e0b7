/** What a stored judgement depends on. Whatever could change the answer is in the key, so a stale one is never found. */
import { Rank1Error } from '../../errors.ts';
import { readStoredManifest } from '../models/chosen-model.ts';
import { contentHash } from '../import/content-hash.ts';
import type { Question } from './session-types.ts';

/** A model folder as it is today. */
export interface ModelIdentity {
  /** of the manifest, which holds a hash of every other file */
  readonly revision: string;
  readonly dtype: string;
}

/** Of the prompt that `src/rank1` builds; to be raised with it. */
const PROMPT_VERSION = 'rank1-1';

/** @throws Rank1Error `model-not-found` or `model-corrupt` */
export async function identifyModel(modelUrl: string): Promise<ModelIdentity> {
  const manifest = modelUrl.startsWith('opfs:')
    ? await readStoredManifest(modelUrl)
    : await fetchManifest(modelUrl);
  if (manifest === null)
    throw new Rank1Error(
      'model-not-found',
      'The model could not be found. Open this page once while online, or choose another on the page Models.',
    );
  const [dtype] = Object.keys(readModels(manifest));
  if (dtype === undefined)
    throw new Rank1Error('model-corrupt', 'The model folder lists no model. Download the model again.');
  return { revision: await contentHash(manifest), dtype };
}

async function fetchManifest(modelUrl: string): Promise<string | null> {
  const response = await fetch(new URL('rank1.json', modelUrl)).catch(() => null);
  return response?.ok ? response.text() : null;
}

function readModels(manifest: string): object {
  try {
    const { models } = JSON.parse(manifest) as { models?: unknown };
    return typeof models === 'object' && models !== null ? models : {};
  } catch {
    return {};
  }
}

/** Everything but the text; `${runKey}:${hash}` is a judgement's key. */
export function runKey({ revision, dtype }: ModelIdentity, question: Question): Promise<string> {
  const { query, instruction, preset, mode } = question;
  return contentHash(
    JSON.stringify([PROMPT_VERSION, revision, dtype, mode, preset, instruction.trim(), query.trim()]),
  );
}

export function judgementKey(run: string, hash: string): string {
  return `${run}:${hash}`;
}

/** What the person decides about: the question in its meaning, whoever answers it. */
export function questionKey({ query, instruction, preset }: Question): Promise<string> {
  return contentHash(JSON.stringify([preset, instruction.trim(), query.trim()]));
}
