import { wait } from '../../base/async.ts';

/** Connection limits, timeouts and retries of a download; tests use smaller values. */
export interface DownloadLimits {
  /** concurrent requests */
  readonly maxConnections: number;
  /** size of a part */
  readonly partBytes: number;
  /** bytes between journal entries: the most a crash can lose per connection */
  readonly checkpointBytes: number;
  /** idle timeout of a request, after which it is retried */
  readonly stallMs: number;
  /** backoff before the second attempt; doubled for each further one, with jitter */
  readonly retryMs: number;
  /** consecutive attempts without progress */
  readonly maxAttempts: number;
  /** a server asking for a longer wait counts as unavailable */
  readonly maxRetryAfterMs: number;
}

export const DOWNLOAD_LIMITS: DownloadLimits = {
  maxConnections: 4,
  partBytes: 32 * 2 ** 20,
  checkpointBytes: 2 * 2 ** 20,
  stallMs: 30_000,
  retryMs: 1000,
  maxAttempts: 6,
  maxRetryAfterMs: 300_000,
};

/** External functions a download uses, replaceable in tests. */
export interface DownloadTools {
  readonly fetch: typeof globalThis.fetch;
  /** Resolves after the given milliseconds, or rejects with the signal's reason. */
  readonly wait: typeof wait;
  readonly limits: DownloadLimits;
}

export const DOWNLOAD_TOOLS: DownloadTools = {
  fetch: (input, init) => fetch(input, init),
  wait,
  limits: DOWNLOAD_LIMITS,
};
