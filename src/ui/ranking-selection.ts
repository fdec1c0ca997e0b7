/** Which judged documents count, given the threshold and the maximum number. Pure. */
import type { RankedList } from '../client/ranked-list.ts';

/** The score at which the verdict changes from ` false` to ` true`. */
export const DEFAULT_THRESHOLD = 0.5;

export interface RankingSelection {
  /** 0 to 1: minimum score that counts; null: the verdict's label decides, as one half does not imply ` true` */
  readonly threshold: number | null;
  /** maximum number of documents */
  readonly topN: number;
}

/** Number of documents that count; they are the first of the order, which is best first. */
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

/** The slider moves in log-odds: the score saturates, so most of a linear slider's range would have no effect. */
export const MAX_LOG_ODDS = 9;

export function thresholdToLogOdds(threshold: number): number {
  const logOdds = Math.log(threshold / (1 - threshold));
  return Math.min(MAX_LOG_ODDS, Math.max(-MAX_LOG_ODDS, logOdds));
}

export function logOddsToThreshold(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
