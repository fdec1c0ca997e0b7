/**
 * What judges documents. Three things are one: the service in a worker, the page's handle on that worker, and a server
 * elsewhere. Callers above it (`Reranker`) queue runs, hold them and recover from their failures.
 */
import type {
  LoadedModel,
  LoadOptions,
  LoadProgress,
  RerankRequest,
  RunSummary,
  UpdateListener,
} from './rerank-api.ts';

export interface Backend {
  /** Set where the query and the documents leave this device: the host they are sent to. */
  readonly remoteHost?: string;
  /** Runs that it takes side by side; 1 when left out. */
  readonly maxRuns?: number;
  /**
   * Makes the model ready; free when it is. A server has chosen its model, and takes no options.
   * @param signal ends the waiting with its reason; what was begun may go on, so that a later call is quick
   * @throws Rank1Error
   */
  load(
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<LoadedModel>;
  /**
   * Finishes every document of the request once, with a verdict or the reason why there is none.
   * @param onUpdates in order, and never after the call has settled. An empty list says that the run is alive: there is a
   *   call at least every few seconds
   * @param signal ends the run after the step in flight; it resolves, with `aborted: true`
   * @throws Rank1Error when the run could not go on; updates that were delivered stand
   */
  rerank(request: RerankRequest, onUpdates: UpdateListener, signal: AbortSignal): Promise<RunSummary>;
  /** Holds runs after their step in flight, and before their first: what they have stays where it is. */
  pause(): void;
  resume(): void;
  /** Frees everything. Calls in flight reject with `reason`; a later call starts over. */
  close(reason: unknown): void | Promise<void>;
}
