/** The public API of the package. Importing it does nothing; `<rank1-rerank>` is a separate entry point. */
import { Reranker } from './client/reranker.ts';
import type { RerankerOptions, RerankerSettings } from './client/reranker-options.ts';
import { RemoteBackend } from './remote/remote-backend.ts';
import type { RemoteOptions } from './remote/remote-options.ts';

/** Options of a reranker on a server, to which query and documents are sent. */
export interface RemoteRerankerOptions
  extends RemoteOptions, Pick<RerankerSettings, 'whenHidden' | 'page' | 'faultTimes'> {}

/**
 * Creates a reranker that runs a model folder on this device, or uses a server's `endpoint`. Nothing is loaded or
 * requested before the first call.
 * @throws TypeError or RangeError for invalid options
 * @example
 * const reranker = createReranker({ model: '/models/rank1-rerank-model/' });
 * const { results } = await reranker.rerank({ query: 'coldest city', documents: ['Yakutsk is cold.', 'Cairo is hot.'] });
 * for (const { document, score } of results) console.log(score.toFixed(2), document);
 * reranker.dispose();
 * @example
 * const reranker = createReranker({ endpoint: 'https://gpu.example/v1', apiKey });
 */
export function createReranker(options: RerankerOptions | RemoteRerankerOptions): Reranker {
  if (!('endpoint' in options)) return new Reranker(options);
  const { whenHidden, page, faultTimes } = options;
  return new Reranker({
    backend: new RemoteBackend(options),
    ...(whenHidden && { whenHidden }),
    ...(page && { page }),
    ...(faultTimes && { faultTimes }),
  });
}

export type { RemoteOptions } from './remote/remote-options.ts';
export type { DocumentInput, ResultSelection } from './client/check-arguments.ts';
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
export { Reranker } from './client/reranker.ts';
export type {
  CompleteEvent,
  LoadCallOptions,
  RerankCallbacks,
  RerankEvent,
  RerankerOptions,
  RerankerSettings,
  RerankParameters,
} from './client/reranker-options.ts';
export type { FaultTimes } from './client/recovery.ts';
export type { Page, WhenHidden } from './client/hold.ts';
export type { PausedBy, RunState, RunStateListener } from './client/run-state.ts';
export { findQueryTemplate, parseQueryTemplates, type QueryTemplates } from './rank1/query-template-file.ts';
export { partialResponse } from './client/rerank-result.ts';
export type {
  RerankResponse,
  RerankResult,
  ResultPassage,
  TokenUsage,
  UnjudgedDocument,
} from './client/rerank-result.ts';
export { isRank1Error, Rank1Error, type Rank1ErrorCode } from './base/errors.ts';
export type { Backend } from './protocol/backend.ts';
export type * from './protocol/rerank-api.ts';
