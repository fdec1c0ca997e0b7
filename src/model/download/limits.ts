import { wait } from '../../base/async.ts';

/** How a download behaves towards servers; tests take smaller numbers. */
export interface DownloadLimits {
  /** requests open at once */
  readonly maxConnections: number;
  /** parts a file is fetched in */
  readonly partBytes: number;
  /** bytes after which what has arrived is noted: what a crash can cost for each connection */
  readonly checkpointBytes: number;
  /** without a byte for so long, a request is given up and made again */
  readonly stallMs: number;
  /** before the second attempt; doubled for each further one, with some chance so that clients spread */
  readonly retryMs: number;
  /** attempts in a row that bring nothing */
  readonly maxAttempts: number;
  /** a server that asks to wait longer counts as unavailable */
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

/** What a download uses of the world. */
export interface DownloadTools {
  readonly fetch: typeof globalThis.fetch;
  /** Resolves after so many milliseconds, or rejects with the signal's reason. */
  readonly wait: typeof wait;
  readonly limits: DownloadLimits;
}

export const DOWNLOAD_TOOLS: DownloadTools = {
  fetch: (input, init) => fetch(input, init),
  wait,
  limits: DOWNLOAD_LIMITS,
};
