/** The events of `<rank1-rerank>`. All bubble and cross shadow roots; none is cancelable. */
import type { RankedItem, RankedList } from '../client/ranked-list.ts';
import type { RunState } from '../client/run-state.ts';
import type {
  LoadProgress,
  RerankDocument,
  RerankUpdate,
  RunStats,
  RunSummary,
} from '../protocol/rerank-api.ts';

/** One entry of the ranking. */
export interface RankedResult extends RankedItem {
  /** 1 is best; null for a document without a verdict */
  readonly rank: number | null;
  readonly document: RerankDocument;
}

export interface Rank1EventDetails {
  'rank1-load-progress': LoadProgress;
  /** once per step, many times a second; `ranking` is the list with these updates */
  'rank1-update': {
    readonly updates: readonly RerankUpdate[];
    readonly stats: RunStats;
    readonly ranking: RankedList;
  };
  /** a document got a verdict; with `reasons="top"` the best get a second one */
  'rank1-verdict': RankedResult;
  /** all documents are finished; `results` are best first, then those without a verdict */
  'rank1-complete': { readonly summary: RunSummary; readonly results: readonly RankedResult[] };
  /** the run was stopped or replaced; `results` are those so far */
  'rank1-abort': { readonly results: readonly RankedResult[] };
  /** the run waits for the device, is paused, recovers from a failure, or resumes */
  'rank1-state': RunState;
  'rank1-pause': object;
  'rank1-resume': object;
  /** the run failed; a Rank1Error for external failures: check its code with `isRank1Error` */
  'rank1-error': { readonly error: Error };
  /** the user moved the threshold; a score, 0 to 1 */
  'rank1-threshold': { readonly threshold: number };
}

export type Rank1EventMap = { [Type in keyof Rank1EventDetails]: CustomEvent<Rank1EventDetails[Type]> };

export function rank1Event<Type extends keyof Rank1EventDetails>(
  type: Type,
  detail: Rank1EventDetails[Type],
): CustomEvent<Rank1EventDetails[Type]> {
  return new CustomEvent(type, { detail, bubbles: true, composed: true });
}

export function rankedResults(list: RankedList, documents: readonly RerankDocument[]): RankedResult[] {
  return list.order.flatMap((index, place) => rankedResult(list, documents, index, place) ?? []);
}

/** @param place index of the document in the order */
export function rankedResult(
  { items }: RankedList,
  documents: readonly RerankDocument[],
  index: number,
  place: number,
): RankedResult | null {
  const item = items[index];
  const document = documents[index];
  return item && document ? { ...item, rank: item.verdict ? place + 1 : null, document } : null;
}

/* eslint-disable @typescript-eslint/no-empty-object-type -- the maps can only be widened by extending them */
declare global {
  interface HTMLElementEventMap extends Rank1EventMap {}
  interface DocumentEventMap extends Rank1EventMap {}
}
