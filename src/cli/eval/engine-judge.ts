/** Judges with the command line's engine. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnjudgedDocument } from '../../client/rerank-result.ts';
import type { Judge, JudgedDocument } from '../../evaluation/runner/judge.ts';
import { MANIFEST_FILE } from '../../model/manifest.ts';
import type { LoadedModel, RerankDocument, RerankOptions } from '../../protocol/rerank-api.ts';
import { modelPlace } from '../engine/model-place.ts';
import type { RerankEngine } from '../engine/rerank-engine.ts';

export interface JudgingModel {
  readonly name: string;
  /** of `rank1.json`, which lists the hashes of all other files; null if unavailable, as for a remote model */
  readonly manifestSha256: string | null;
  /** the same for a separate model that gives the reasons */
  readonly explainerSha256?: string | null;
  readonly dtype: string;
  readonly device: LoadedModel['device'];
  readonly arithmetic: LoadedModel['arithmetic'];
}

/**
 * @param model folder or URL loaded by `engine`; null for a remote model
 * @param explainer folder or URL of a separate model that gives the reasons
 * @throws Rank1Error if a model cannot be loaded; the signal's reason
 */
export async function loadJudgingModel(
  engine: RerankEngine,
  model: string | null,
  explainer: string | undefined,
  signal: AbortSignal,
): Promise<JudgingModel> {
  const { dtype, device, arithmetic } = await engine.load({ signal });
  const manifestSha256 = model === null ? null : await hashManifest(model, signal);
  const described = { name: engine.modelName, manifestSha256, dtype, device, arithmetic };
  return explainer === undefined
    ? described
    : { ...described, explainerSha256: await hashManifest(explainer, signal) };
}

/** One call per query, so that its batches do not depend on where a run was resumed. */
export function engineJudge(engine: RerankEngine, options: RerankOptions, signal: AbortSignal): Judge {
  return async (query, documents) => {
    const { results, unjudged } = await engine.rerank({ ...options, query, documents, signal });
    signal.throwIfAborted();
    const judged: JudgedDocument[] = [];
    for (const result of results) judged[result.index] = { ...known(result), verdict: result.verdict };
    for (const document of unjudged) judged[document.index] = { ...known(document), verdict: null };
    return judged;
  };
}

function known(document: UnjudgedDocument<RerankDocument>): Omit<JudgedDocument, 'verdict'> {
  const { finishReason, reasoning, truncated, passage, samples, usage } = document;
  return {
    finishReason,
    reasoning,
    truncated,
    ...usage,
    ...(passage && { passage }),
    ...(samples && { samples }),
  };
}

async function hashManifest(model: string, signal: AbortSignal): Promise<string | null> {
  const manifest = await readManifestBytes(model, signal);
  return manifest && createHash('sha256').update(manifest).digest('hex');
}

async function readManifestBytes(model: string, signal: AbortSignal): Promise<Uint8Array | null> {
  const { folder, url } = await modelPlace(model);
  if (folder !== null) return readFile(join(folder, MANIFEST_FILE));
  const response = await fetch(new URL(MANIFEST_FILE, url), { signal }).catch(() => null);
  signal.throwIfAborted();
  return response?.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}
