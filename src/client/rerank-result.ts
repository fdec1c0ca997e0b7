/** Turns the final ranked list of a call into its response. Pure. */
import { isRank1Error, Rank1Error } from '../base/errors.ts';
import type {
  JudgedPassage,
  LoadedModel,
  Outcome,
  RunStats,
  SampledChain,
  Verdict,
} from '../protocol/rerank-api.ts';
import { toDocument, type DocumentInput, type ResultSelection } from './check-arguments.ts';
import type { RankedItem, RankedList } from './ranked-list.ts';

/** Tokens read and generated for one document, or for all documents of a call. */
export interface TokenUsage {
  readonly numPromptTokens: number;
  readonly numNewTokens: number;
}

/** The passage of a split document whose verdict counts. */
export interface ResultPassage extends JudgedPassage {
  /** the document's text from `start` to `end` */
  readonly text: string;
}

interface JudgedDocument<D extends DocumentInput> extends Pick<
  Outcome,
  'reasoning' | 'finishReason' | 'truncated'
> {
  /** place in the input */
  readonly index: number;
  /** the document's id, if it has one */
  readonly id: string | undefined;
  /** the input document itself */
  readonly document: D;
  /** the document's metadata, if any; never seen by the model */
  readonly metadata: unknown;
  /** null unless the document was split (`longDocuments: 'passages'`) */
  readonly passage: ResultPassage | null;
  /** the chains whose mean is the verdict; null unless several were sampled and all reached a verdict */
  readonly samples: readonly SampledChain[] | null;
  /** tokens of this document */
  readonly usage: TokenUsage;
}

export interface RerankResult<D extends DocumentInput = DocumentInput> extends JudgedDocument<D> {
  /** 1 is best; counted before `topN` and `threshold` */
  readonly rank: number;
  /** as in `verdict`: 0 to 1; it saturates, so results are ordered by `logitDifference` */
  readonly score: number;
  /** as in `verdict` */
  readonly logitDifference: number;
  /** the model's decision */
  readonly verdict: Verdict;
}

/** A document that got no verdict, and therefore no score; `finishReason` says why. */
export type UnjudgedDocument<D extends DocumentInput = DocumentInput> = JudgedDocument<D>;

export interface RerankResponse<D extends DocumentInput = DocumentInput> {
  /** the documents with a verdict, best first, within `topN` and `threshold` */
  readonly results: readonly RerankResult<D>[];
  /** the documents without a verdict, in input order, whatever `topN` and `threshold` are */
  readonly unjudged: readonly UnjudgedDocument<D>[];
  /** tokens of all documents, results or not */
  readonly usage: TokenUsage;
  /** counts, times and memory of the run */
  readonly stats: RunStats;
  /** the model that judged; null if there was nothing to judge, so nothing was loaded */
  readonly model: LoadedModel | null;
}

/**
 * The error with what was decided before it, so that completed judgements are not lost. It is a copy: several calls may
 * end by the same error.
 */
export function withPartialResponse(error: Rank1Error, partial: RerankResponse): Rank1Error {
  return Object.assign(new Rank1Error(error.code, error.message, { cause: error }), { partial });
}

/**
 * The documents that a failed call decided before its error; null for any other error.
 * @example
 * const response = await reranker.rerank(call).catch((error) => partialResponse(error) ?? Promise.reject(error));
 */
export function partialResponse(error: unknown): RerankResponse | null {
  return isRank1Error(error) && 'partial' in error ? (error.partial as RerankResponse) : null;
}

/** The judged documents of `list`, best first, limited to the selection. Ties keep input order. */
export function selectResults<D extends DocumentInput>(
  list: RankedList,
  documents: readonly D[],
  { topN = Infinity, threshold = 0 }: ResultSelection,
): RerankResult<D>[] {
  return list.order
    .flatMap((index) => itemWithDocument(list, documents, index))
    .flatMap(({ item, document }, place): RerankResult<D>[] => {
      const { verdict } = item;
      if (!verdict) return [];
      const { score, logitDifference } = verdict;
      return [{ ...judged(item, document), rank: place + 1, score, logitDifference, verdict }];
    })
    .filter(({ score }) => score >= threshold)
    .slice(0, topN);
}

export function unjudgedDocuments<D extends DocumentInput>(
  list: RankedList,
  documents: readonly D[],
): UnjudgedDocument<D>[] {
  return list.items
    .filter(({ verdict }) => verdict === null)
    .flatMap(({ index }) => itemWithDocument(list, documents, index))
    .map(({ item, document }) => judged(item, document));
}

export function totalUsage({ items }: RankedList): TokenUsage {
  return items.reduce(
    (sum, item) => ({
      numPromptTokens: sum.numPromptTokens + item.numPromptTokens,
      numNewTokens: sum.numNewTokens + item.numNewTokens,
    }),
    { numPromptTokens: 0, numNewTokens: 0 },
  );
}

function itemWithDocument<D>({ items }: RankedList, documents: readonly D[], index: number) {
  const item = items[index];
  const document = documents[index];
  return item && document !== undefined ? [{ item, document }] : [];
}

function judged<D extends DocumentInput>(item: RankedItem, document: D): JudgedDocument<D> {
  const { index, reasoning, finishReason, truncated, passage, samples, numPromptTokens, numNewTokens } = item;
  const { id, metadata } = typeof document === 'string' ? {} : document;
  return {
    index,
    id,
    document,
    metadata,
    reasoning,
    finishReason: finishReason ?? 'aborted',
    truncated,
    passage: passage
      ? { ...passage, text: toDocument(document).text.slice(passage.start, passage.end) }
      : null,
    samples: samples ?? null,
    usage: { numPromptTokens, numNewTokens },
  };
}
