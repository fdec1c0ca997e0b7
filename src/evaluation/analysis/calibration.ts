/**
 * Calibration of scores (whether 0.8 means that four in five such documents are relevant) and their
 * distribution.
 */
export interface ScoredJudgement {
  /** probability of relevance, 0 to 1 */
  readonly score: number;
  /** null if unjudged */
  readonly isRelevant: boolean | null;
}

export interface ScoreBin {
  /** the bin covers [from, to); the last one includes 1 */
  readonly from: number;
  readonly to: number;
  readonly numRelevant: number;
  readonly numNotRelevant: number;
  readonly numUnjudged: number;
  /** over judged documents; null if there are none */
  readonly meanScore: number | null;
  /** relevant over judged documents; null if there are none */
  readonly shareRelevant: number | null;
}

export interface Calibration {
  readonly bins: readonly ScoreBin[];
  /**
   * Expected calibration error: per bin |share relevant - mean score|, weighted by its judged documents (Guo
   * et al., ICML 2017). Null without judged documents.
   */
  readonly expectedCalibrationError: number | null;
  /** mean squared difference between score and outcome (Brier, 1950); null without judged documents */
  readonly brierScore: number | null;
  readonly numJudged: number;
}

/**
 * Bins of equal width, for the reliability plot and the histogram.
 * @throws RangeError if a score is outside 0 to 1
 */
export function calibrate(documents: Iterable<ScoredJudgement>, numBins = 10): Calibration {
  if (!(Number.isInteger(numBins) && numBins > 0))
    throw new RangeError(`numBins must be 1 or more, not ${numBins}`);
  const tallies = Array.from({ length: numBins }, () => ({
    relevant: 0,
    notRelevant: 0,
    unjudged: 0,
    scoreSum: 0,
  }));
  let squaredErrors = 0;
  for (const { score, isRelevant } of documents) {
    if (!(score >= 0 && score <= 1)) throw new RangeError(`a score must be between 0 and 1, not ${score}`);
    const tally = tallies[Math.min(numBins - 1, Math.floor(score * numBins))]!;
    if (isRelevant === null) {
      tally.unjudged++;
      continue;
    }
    tally[isRelevant ? 'relevant' : 'notRelevant']++;
    tally.scoreSum += score;
    squaredErrors += (score - (isRelevant ? 1 : 0)) ** 2;
  }
  const bins = tallies.map(({ relevant, notRelevant, unjudged, scoreSum }, index): ScoreBin => {
    const numJudged = relevant + notRelevant;
    return {
      from: index / numBins,
      to: (index + 1) / numBins,
      numRelevant: relevant,
      numNotRelevant: notRelevant,
      numUnjudged: unjudged,
      meanScore: numJudged > 0 ? scoreSum / numJudged : null,
      shareRelevant: numJudged > 0 ? relevant / numJudged : null,
    };
  });
  const numJudged = bins.reduce((sum, bin) => sum + bin.numRelevant + bin.numNotRelevant, 0);
  const weightedGaps = bins.reduce((sum, bin) => {
    return (
      sum + Math.abs((bin.shareRelevant ?? 0) - (bin.meanScore ?? 0)) * (bin.numRelevant + bin.numNotRelevant)
    );
  }, 0);
  return {
    bins,
    expectedCalibrationError: numJudged > 0 ? weightedGaps / numJudged : null,
    brierScore: numJudged > 0 ? squaredErrors / numJudged : null,
    numJudged,
  };
}
