/**
 * Records everything a run depends on, so that it is never resumed with other texts, judgements or weights.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beirFiles, DEFAULT_SPLIT } from '../../evaluation/node/load-collection.ts';
import type { JudgingModel } from '../engine/judging-model.ts';
import type { EvalArguments } from './eval-arguments.ts';

/** Everything that affects the results; paths do not. */
export async function settingsOf(args: EvalArguments, model: JudgingModel) {
  const { data, run, qrels, split, subset, relevanceLevel, depth, limit } = args;
  const isFolder = statSync(data).isDirectory();
  return {
    data: basename(data),
    data_sha256: isFolder ? await folderHashes(data, split) : await sha256(data),
    run_sha256: run === null ? null : await sha256(run),
    qrels_sha256: qrels === null ? null : await sha256(qrels),
    split: isFolder ? (split ?? DEFAULT_SPLIT) : null,
    subset,
    task: args.task,
    dataset_revision: args.datasetRevision,
    languages: args.languages,
    relevance_level: relevanceLevel,
    depth,
    limit,
    model: nameOf(model, args),
    model_sha256: model.manifestSha256,
    ...(model.explainerSha256 !== undefined && { explainer_sha256: model.explainerSha256 }),
    dtype: model.dtype,
    device: model.device,
    // Omitted for exact, so that runs from before this option existed can still be resumed.
    ...(model.arithmetic === 'fast' && { arithmetic: 'fast' }),
    options: args.options,
  };
}

/** Runs of earlier versions have the server's address in the place of its model; they go on under it. */
function nameOf({ name }: JudgingModel, { out, engine: { remote } }: EvalArguments): string {
  if (!remote || remote.remoteModel !== undefined) return name;
  const { host } = new URL(remote.endpoint);
  const stored = join(out, 'settings.json');
  const isBegun =
    existsSync(stored) && readFileSync(stored, 'utf8').includes(`"model": ${JSON.stringify(host)},`);
  return isBegun ? host : name;
}

async function folderHashes(folder: string, split: string | null): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const [name, file] of Object.entries(beirFiles(folder, split))) hashes[name] = await sha256(file);
  return hashes;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
