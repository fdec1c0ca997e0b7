/** Defaults of a run, shared by the page and the worker. */
import type { RunStats } from './rerank-api.ts';

/** Rows decoded together. */
export const DEFAULT_MAX_SLOTS = 16;

/** Stats of a run that has done nothing. */
export const NO_STATS: RunStats = {
  maxNewTokens: 0,
  numPrefillTokens: 0,
  numPaddedPrefillTokens: 0,
  numPrefixTokensSaved: 0,
  numDecodeTokens: 0,
  numPrefillSteps: 0,
  numDecodeSteps: 0,
  prefillMs: 0,
  decodeMs: 0,
  overheadMs: 0,
  readBackBytes: 0,
  cacheBytes: 0,
  peakCacheBytes: 0,
  rowsActive: 0,
  elapsedMs: 0,
};

/** A run without updates sends an empty list this often, far below any idle timeout. */
export const HEARTBEAT_MS = 2000;
