/** Scores for tools that rank by score alone, such as trec_eval. */

interface Judged {
  readonly logitDifference: number;
  readonly instant?: true;
}

/**
 * Scores that reproduce a ranking: logit differences, which do not saturate as probabilities do. If only some documents
 * were reasoned about, those rank above the others regardless of score, so places from the end are returned instead.
 * @param ranking best first
 */
export function orderingScores(ranking: readonly (readonly [id: string, Judged])[]): Map<string, number> {
  const isMixed = new Set(ranking.map(([, { instant }]) => instant)).size > 1;
  if (isMixed) return placeScores(ranking.map(([id]) => id));
  return new Map(ranking.map(([id, { logitDifference }]) => [id, logitDifference]));
}

/** Places from the end, which reproduce a ranking whatever its scores. @param ids best first */
export function placeScores(ids: readonly string[]): Map<string, number> {
  return new Map(ids.map((id, place) => [id, ids.length - place]));
}
