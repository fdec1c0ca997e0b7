/** Scores for tools that rank by them alone. */

interface Judged {
  readonly logitDifference: number;
  readonly instant?: true;
}

/**
 * Logit differences, which do not saturate as probabilities do. Where only some documents were reasoned about, these
 * stand above the others whatever their scores, so that scores would give another order: then the number of documents from
 * the end of the ranking instead.
 * @param ranking best first
 */
export function orderingScores(ranking: readonly (readonly [id: string, Judged])[]): Map<string, number> {
  const isMixed = new Set(ranking.map(([, { instant }]) => instant)).size > 1;
  return new Map(
    ranking.map(([id, { logitDifference }], place) => [
      id,
      isMixed ? ranking.length - place : logitDifference,
    ]),
  );
}
