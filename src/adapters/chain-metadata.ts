/** Metadata that every adapter attaches to a document: the full verdict and its chain, as plain JSON. */
import type { ResultSelection } from '../client/check-arguments.ts';
import type { RerankResponse, RerankResult, UnjudgedDocument } from '../client/rerank-result.ts';
import type { RerankOptions } from '../protocol/rerank-api.ts';

/** All options of a call except the query and the documents: topN, threshold, instruction and so on. */
export type AdapterOptions = RerankOptions & ResultSelection;

/**
 * `label`, `score`, `logitDifference` and `forced` are null without a verdict; `finishReason` says why. `bound` is set if
 * the score is only a bound, `instant` if it was given without reasoning, and the passage fields if the document was split.
 */
export type ChainMetadata = Readonly<Record<string, string | number | boolean | null>>;

export function chainMetadata(result: RerankResult | UnjudgedDocument): ChainMetadata {
  const { reasoning, finishReason, truncated, passage, usage } = result;
  const verdict = 'verdict' in result ? result.verdict : null;
  return {
    label: verdict?.label ?? null,
    score: verdict?.score ?? null,
    logitDifference: verdict?.logitDifference ?? null,
    ...(verdict?.bound && { bound: verdict.bound }),
    forced: verdict?.forced ?? null,
    ...(verdict?.instant && { instant: true }),
    reasoning,
    finishReason,
    truncated,
    ...(passage && {
      passageStart: passage.start,
      passageEnd: passage.end,
      numPassages: passage.numPassages,
    }),
    ...usage,
  };
}

/**
 * For frameworks whose next step needs the documents: up to `topN`, those without a verdict last and without a score. A
 * threshold excludes them, because they have no score to compare.
 */
export function resultsThenUnjudged(
  { results, unjudged }: RerankResponse,
  { topN = Infinity, threshold }: ResultSelection,
): { readonly index: number; readonly score: number | undefined; readonly chain: ChainMetadata }[] {
  const judged = results.map((result) => ({ score: result.score, result }));
  const rest = threshold === undefined ? unjudged.map((result) => ({ score: undefined, result })) : [];
  return [...judged, ...rest]
    .slice(0, topN)
    .map(({ score, result }) => ({ index: result.index, score, chain: chainMetadata(result) }));
}
