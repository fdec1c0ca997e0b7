/** The public API of the package. Importing it does nothing; `<rank1-rerank>` is a separate entry point. */
import { createReranker as createOnWorker } from './client/create-reranker.ts';
import type { RerankClient, RerankerOptions } from './client/rerank-client.ts';
import type { RerankerSettings } from './client/reranker.ts';
import type { RemoteOptions } from './remote/remote-options.ts';
import { remoteEngine } from './remote/remote-worker.ts';

/** A reranker on a server: the query and the documents are sent to it. */
export interface RemoteRerankerOptions
  extends RemoteOptions, Pick<RerankerSettings, 'whenHidden' | 'page' | 'faultTimes'> {}

/**
 * A reranker on the model of a folder, which runs on this device, or of an `endpoint`, which runs elsewhere.
 * @throws TypeError or RangeError when the options are no description of a model
 */
export function createReranker(options: RerankerOptions | RemoteRerankerOptions): RerankClient {
  if (!('endpoint' in options)) return createOnWorker(options);
  const { whenHidden, page, faultTimes } = options;
  return createOnWorker({
    ...(whenHidden && { whenHidden }),
    ...(page && { page }),
    ...(faultTimes && { faultTimes }),
    ...remoteEngine(options),
  });
}

export type { RemoteOptions } from './remote/remote-options.ts';
export { remoteEngine, type RemoteEngine } from './remote/remote-worker.ts';
export type { DocumentInput } from './client/check-arguments.ts';
export type { LoadProgressEvent, RunStateEvent } from './client/event-queue.ts';
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
export type { FaultTimes } from './client/fault-times.ts';
export type { LoadCallOptions } from './client/model-worker.ts';
export type { Page, WhenHidden } from './client/page-lifecycle.ts';
export { Reranker, type RerankCall, type RerankerSettings } from './client/reranker.ts';
export type { PausedBy, RunState, RunStateListener } from './client/run-state.ts';
export { findQueryTemplate, parseQueryTemplates, type QueryTemplates } from './rank1/query-template-file.ts';
export { partialResponse } from './client/rerank-result.ts';
export type {
  RerankResponse,
  RerankResult,
  ResultPassage,
  ResultSelection,
  TokenUsage,
  UnjudgedDocument,
} from './client/rerank-result.ts';
export { isRank1Error, Rank1Error, type Rank1ErrorCode } from './base/errors.ts';
export type * from './protocol/rerank-api.ts';
