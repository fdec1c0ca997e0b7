/**
 * Cache key of a stored judgement. It covers everything that could change the answer, so that a stale
 * judgement is never found.
 */
import { msg } from '@lit/localize';
import type { LoadedModel } from '../../protocol/rerank-api.ts';
import { openModelFolder } from '../../model/stored-models.ts';
import { contentHash } from '../import/content-hash.ts';
import { PageError } from '../shell/page-error.ts';
import type { Question } from './session-types.ts';

/** Identifies the current contents of a model folder. */
export interface ModelIdentity {
  /** of the manifest, which holds a hash of every other file */
  readonly revision: string;
  /** at least one */
  readonly dtypes: readonly string[];
}

/** Version of the prompt and presets built by `src/rank1`; a test ties it to their text. */
export const PROMPT_VERSION = 'rank1-1';

/**
 * @param model absolute URL of a folder, or `opfs:<name>`
 * @throws Rank1Error `model-not-found`, `model-corrupt`, `network` or `storage`
 */
export async function identifyModel(model: string): Promise<ModelIdentity> {
  const folder = await openModelFolder(model);
  const manifest = await folder.readText('rank1.json');
  const dtypes = Object.keys(readModels(manifest));
  if (dtypes.length === 0)
    throw new PageError('model-corrupt', msg('The model folder lists no model. Download the model again.'));
  return { revision: await contentHash(manifest), dtypes };
}

function readModels(manifest: string): object {
  try {
    const { models } = JSON.parse(manifest) as { models?: unknown };
    return typeof models === 'object' && models !== null ? models : {};
  } catch {
    return {};
  }
}

/** How one passage is judged: with reasoning, or by a score alone. */
export type JudgingPass = 'reason' | 'instant';

/** What a loaded model's answers depend on besides its files: `q4`, or `q4 fast` if it computes in 8-bit integers. */
export function versionOf({ dtype, arithmetic }: Pick<LoadedModel, 'dtype' | 'arithmetic'>): string {
  return arithmetic === 'fast' ? `${dtype} fast` : dtype;
}

/** The dtype of a `versionOf`. */
export function dtypeOf(version: string): string {
  return version.split(' ', 1)[0] ?? '';
}

/** The part of a judgement's key that covers all but the text. @param version `versionOf` the judging model */
export function runKey(
  revision: string,
  version: string,
  question: Pick<Question, 'query' | 'instruction' | 'preset'>,
  pass: JudgingPass,
): Promise<string> {
  const { query, instruction, preset } = question;
  return contentHash(
    JSON.stringify([PROMPT_VERSION, revision, version, pass, preset, instruction.trim(), query.trim()]),
  );
}

export function judgementKey(run: string, hash: string): string {
  return `${run}:${hash}`;
}

/** Key of the user's decisions: the question's meaning, whichever model answers it. */
export function questionKey({ query, instruction, preset }: Question): Promise<string> {
  return contentHash(JSON.stringify([preset, instruction.trim(), query.trim()]));
}
