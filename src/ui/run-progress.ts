/** Speed and remaining time of a run, estimated from its progress. Null while there is too little data. */
import { isFinished, type RankedItem } from '../client/ranked-list.ts';
import type { RunStats } from '../protocol/rerank-api.ts';

/** Fewer steps measure start-up rather than speed. */
const MIN_STEPS = 4;
const MIN_FINISHED = 2;

/** Decode tokens per second over all chains; prefill is not counted. */
export function tokensPerSecond({ numDecodeTokens, numDecodeSteps, decodeMs }: RunStats): number | null {
  return numDecodeSteps >= MIN_STEPS && decodeMs > 0 ? (1000 * numDecodeTokens) / decodeMs : null;
}

/** Assumes that the remaining chains are as long, and the remaining passages as slow to prefill, as the mean so far. */
export function msLeft(items: readonly RankedItem[], stats: RunStats): number | null {
  const unfinished = items.filter((item) => !isFinished(item));
  // A chain after a score: documents that have only a score tell nothing of its length.
  const isSecondPass = unfinished.some(({ verdict }) => verdict?.instant);
  const finished = items.filter((item) => isFinished(item) && !(isSecondPass && item.verdict?.instant));
  const speed = tokensPerSecond(stats);
  if (finished.length < MIN_FINISHED || speed === null || speed === 0) return null;
  const meanChain = finished.reduce((sum, item) => sum + item.numNewTokens, 0) / finished.length;
  const numQueued = items.filter((item) => item.state === 'queued').length;
  const readingMs = (stats.prefillMs / (items.length - numQueued)) * numQueued;
  const tokensLeft = unfinished.reduce((sum, item) => sum + Math.max(1, meanChain - item.numNewTokens), 0);
  return readingMs + (1000 * tokensLeft) / speed;
}
