/** What every adapter lets travel with a document: the verdict whole and the chain behind it, as plain JSON. */
import type { ResultSelection } from '../client/check-arguments.ts';
import type { RerankResponse, RerankResult, UnjudgedDocument } from '../client/rerank-result.ts';
import type { RerankOptions } from '../protocol/rerank-api.ts';

/** Everything of a call that is not the question or the documents: topN, threshold, instruction and the like. */
export type AdapterOptions = RerankOptions & ResultSelection;

/** Null where there is no verdict; `finishReason` then says why. `bound` is there where the score is one. */
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
 * For frameworks that hand documents on: all of them in order, those without a verdict last and without a score, as far
 * as `topN` has room. A threshold asks for scores, so it leaves them out.
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
