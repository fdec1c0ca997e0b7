/** Which of the judged documents count, by the threshold and the number that the person or the page has set. Pure. */
import type { RankedList } from '../client/ranked-list.ts';

/** Where the verdict turns from ` false` to ` true`. */
export const DEFAULT_THRESHOLD = 0.5;

export interface RankingSelection {
  /** 0 to 1: scores of at least this count; null leaves it to the verdict's label, which one half does not make true */
  readonly threshold: number | null;
  /** at most so many */
  readonly topN: number;
}

/** How many documents count; they are the first of the order, which is best first. */
export function numSelected({ order, items }: RankedList, { threshold, topN }: RankingSelection): number {
  let count = 0;
  for (const index of order) {
    const verdict = items[index]?.verdict;
    if (!verdict || count >= topN) break;
    if (threshold === null ? verdict.label === 'false' : verdict.score < threshold) break;
    count += 1;
  }
  return count;
}

/** The slider moves in log-odds: the score saturates, so that most of a linear slider would do nothing. */
export const MAX_LOG_ODDS = 9;

export function thresholdToLogOdds(threshold: number): number {
  const logOdds = Math.log(threshold / (1 - threshold));
  return Math.min(MAX_LOG_ODDS, Math.max(-MAX_LOG_ODDS, logOdds));
}

export function logOddsToThreshold(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
