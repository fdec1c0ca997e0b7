/** Which judged documents count, given the threshold and the maximum number. Pure. */
import type { RankedList } from '../client/ranked-list.ts';

/** The score at which the verdict changes from "not relevant" to "relevant". */
export const DEFAULT_THRESHOLD = 0.5;

export interface RankingSelection {
  /**
   * minimum score that counts, 0 to 1; null: the verdict's label decides, which a score near one half does not imply
   */
  readonly threshold: number | null;
  /** maximum number of documents; all if unset or below 1 */
  readonly topN?: number | undefined;
}

/**
 * The documents that count, best first. In the ranking others may stand between them: a document judged with reasoning
 * ranks above those scored without it, whatever its score.
 */
export function selectedIndexes({ order, items }: RankedList, selection: RankingSelection): Set<number> {
  const { threshold, topN = Infinity } = selection;
  const passing = order.filter((index) => {
    const verdict = items[index]?.verdict;
    if (!verdict) return false;
    return threshold === null ? verdict.label === 'true' : verdict.score >= threshold;
  });
  return new Set(topN >= 1 ? passing.slice(0, topN) : passing);
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
