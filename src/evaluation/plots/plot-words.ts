/** Words in a plot, for translation. Descriptions for screen readers are in English. */
export interface PlotWords {
  /** @param error already formatted */
  readonly calibrationError: (error: string) => string;
  readonly noJudged: string;
  readonly meanScoreOfBin: string;
  readonly shareRelevant: string;
  /** relevant, not relevant, unjudged */
  readonly judgements: readonly [string, string, string];
  readonly score: string;
  readonly documents: string;
  readonly gainCounts: (numBetter: number, numWorse: number, numSame: number) => string;
  readonly queriesByGain: string;
  readonly gainIn: (measureName: string) => string;
}

export const ENGLISH_PLOT_WORDS: PlotWords = {
  calibrationError: (error) => `calibration error ${error}`,
  noJudged: 'no judged documents',
  meanScoreOfBin: 'mean score of the bin',
  shareRelevant: 'share relevant',
  judgements: ['relevant', 'not relevant', 'unjudged'],
  score: 'score',
  documents: 'documents',
  gainCounts: (numBetter, numWorse, numSame) => `${numBetter} better, ${numWorse} worse, ${numSame} the same`,
  queriesByGain: 'queries, by gain',
  gainIn: (measureName) => `gain in ${measureName}`,
};
