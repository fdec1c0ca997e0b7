/** How fast a run goes and how long it will take, from what it has done so far. Null while that would be a guess. */
import { isFinished, type RankedItem } from '../client/ranked-list.ts';
import type { RunStats } from '../protocol/rerank-api.ts';

/** Fewer steps say more about start-up than about speed. */
const MIN_STEPS = 4;
const MIN_FINISHED = 2;

/** Tokens the chains grow by per second while they grow, all together; reading passages is not counted. */
export function tokensPerSecond({ numDecodeTokens, numDecodeSteps, decodeMs }: RunStats): number | null {
  return numDecodeSteps >= MIN_STEPS && decodeMs > 0 ? (1000 * numDecodeTokens) / decodeMs : null;
}

/** Chains are expected to be as long as the finished ones are on average, and passages to take as long to read. */
export function msLeft(items: readonly RankedItem[], stats: RunStats): number | null {
  const finished = items.filter(isFinished);
  const speed = tokensPerSecond(stats);
  if (finished.length < MIN_FINISHED || speed === null || speed === 0) return null;
  const meanChain = finished.reduce((sum, item) => sum + item.numNewTokens, 0) / finished.length;
  const numQueued = items.filter((item) => item.state === 'queued').length;
  const readingMs = (stats.prefillMs / (items.length - numQueued)) * numQueued;
  const tokensLeft = items
    .filter((item) => !isFinished(item))
    .reduce((sum, item) => sum + Math.max(1, meanChain - item.numNewTokens), 0);
  return readingMs + (1000 * tokensLeft) / speed;
}
