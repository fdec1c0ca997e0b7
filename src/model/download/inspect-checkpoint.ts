/** Checks whether a URL is a convertible safetensors checkpoint, and how large; fetches no weights. */
import { IdleTimer } from '../../base/async.ts';
import { Rank1Error, isRank1Error } from '../../base/errors.ts';
import { HttpFolder } from '../http-folder.ts';
import { parseModelSpec } from '../model-spec.ts';
import type { DownloadTools } from './limits.ts';
import { contentRangeOf } from './part-headers.ts';

const MAX_INDEX_BYTES = 16 * 2 ** 20;

export interface CheckpointListing {
  /** size of the safetensors files; `null` if the server does not tell */
  readonly bytes: number | null;
}

/**
 * @param url of the folder, absolute
 * @returns `null` if there is no checkpoint
 * @throws Rank1Error `network`, `model-unsupported`, `model-corrupt`; the signal's reason
 */
export async function inspectCheckpoint(
  url: string,
  { fetch, limits: { stallMs } }: DownloadTools,
  signal: AbortSignal,
): Promise<CheckpointListing | null> {
  const cache = 'no-cache';
  const folder = new HttpFolder(url, { fetch, cache, stallMs, maxTextBytes: MAX_INDEX_BYTES, signal });
  const read = (path: string) =>
    folder.readText(path).catch((error: unknown) => {
      if (isRank1Error(error, 'model-not-found')) return null;
      throw error;
    });
  const config = await read('config.json');
  if (config === null) return null;
  parseModelSpec(parseJson('config.json', config));
  const index = await read('model.safetensors.index.json');
  if (index !== null) return { bytes: totalSize(parseJson('model.safetensors.index.json', index)) };
  const idle = new IdleTimer(stallMs, () => new Error('nothing came any more'), signal);
  try {
    const request = { signal: idle.signal, headers: { Range: 'bytes=0-0' }, cache } as const;
    const response = await fetch(new URL('model.safetensors', folder.address), request);
    await response.body?.cancel().catch(() => undefined);
    if (!response.ok || response.headers.get('content-type')?.startsWith('text/html')) return null;
    return { bytes: contentRangeOf(response)?.total ?? null };
  } catch {
    signal.throwIfAborted();
    return { bytes: null }; // the conversion will report what is wrong
  } finally {
    idle.stop();
  }
}

function totalSize(index: unknown): number | null {
  const size = (index as { metadata?: { total_size?: unknown } } | null)?.metadata?.total_size;
  return Number.isSafeInteger(size) && (size as number) > 0 ? (size as number) : null;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Rank1Error('model-corrupt', `${path} of the checkpoint is not valid JSON.`, { cause });
  }
}
