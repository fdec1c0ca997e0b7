/** The public API of the package. Importing it does nothing; `<rank1-rerank>` is a separate entry point. */
export { createReranker } from './client/create-reranker.ts';
export type { DocumentInput } from './client/check-arguments.ts';
export type { LoadProgressEvent } from './client/event-queue.ts';
export {
  foldUpdates,
  isFinished,
  isRanked,
  startRankedList,
  stopRankedList,
  type DocumentState,
  type RankedItem,
  type RankedList,
} from './client/ranked-list.ts';
export type {
  CompleteEvent,
  RerankCallbacks,
  RerankClient,
  RerankEvent,
  RerankerOptions,
  RerankParameters,
} from './client/rerank-client.ts';
export { Reranker, type LoadCallOptions, type RerankCall, type RerankerSettings } from './client/reranker.ts';
export type {
  RerankResponse,
  RerankResult,
  ResultSelection,
  TokenUsage,
  UnjudgedDocument,
} from './client/rerank-result.ts';
export { isRank1Error, Rank1Error, type Rank1ErrorCode } from './errors.ts';
export type * from './protocol/rerank-api.ts';
