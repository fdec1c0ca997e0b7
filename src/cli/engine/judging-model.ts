/** Identifies what judges, so that the judgements of two models or under other options are never taken for one run's. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../../model/manifest.ts';
import type { LoadedModel, RerankOptions } from '../../protocol/rerank-api.ts';
import type { RequestedEngine } from './engine-options.ts';
import { modelPlace } from './model-place.ts';
import type { RerankEngine } from './rerank-engine.ts';

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
 * @param engine opened as `requested`
 * @param defaultModel folder or URL of the model that was loaded if none was named
 * @throws Rank1Error if a model cannot be loaded; the signal's reason
 */
export async function loadJudgingModel(
  engine: RerankEngine,
  { model, explainer, remote }: RequestedEngine,
  defaultModel: string | null,
  signal: AbortSignal,
): Promise<JudgingModel> {
  const loaded = await engine.load({ signal });
  const manifestSha256 = remote ? null : await hashManifest(model ?? defaultModel, signal);
  const named = { name: engine.modelName, manifestSha256 };
  return asLoaded(
    explainer === undefined ? named : { ...named, explainerSha256: await hashManifest(explainer, signal) },
    loaded,
  );
}

/** The model as a load gave it: a later one may have found another device, or another model on the server. */
export function asLoaded(
  model: Pick<JudgingModel, 'name' | 'manifestSha256' | 'explainerSha256'>,
  { dtype, device, deviceCause, arithmetic }: LoadedModel,
): JudgingModel {
  // A server's address stays while its model is exchanged.
  const name = deviceCause.code === 'server' ? deviceCause.model : model.name;
  return { ...model, name, dtype, device, arithmetic };
}

/** As OpenAI's `system_fingerprint`: another one means other judgements. How many run together changes none. */
export function fingerprintOf(
  model: JudgingModel,
  { maxSlots: _maxSlots, ...options }: RerankOptions,
): string {
  const given = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256')
    .update(JSON.stringify([model, given]))
    .digest('hex');
  return `fp_${digest.slice(0, 16)}`;
}

async function hashManifest(model: string | null, signal: AbortSignal): Promise<string | null> {
  const manifest = await readManifestBytes(model, signal);
  return manifest && createHash('sha256').update(manifest).digest('hex');
}

async function readManifestBytes(model: string | null, signal: AbortSignal): Promise<Uint8Array | null> {
  const { folder, url } = await modelPlace(model);
  if (folder !== null) return readFile(join(folder, MANIFEST_FILE));
  const response = await fetch(new URL(MANIFEST_FILE, url), { signal }).catch(() => null);
  signal.throwIfAborted();
  return response?.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}
