/**
 * What judges documents: the service in a worker, the page's handle on that worker, or a remote server. Its caller
 * (`Reranker`) queues runs, pauses them and recovers from their failures.
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
  /** Host that query and documents are sent to; unset if they stay on this device. */
  readonly remoteHost?: string;
  /** Maximum concurrent runs; default 1. */
  readonly maxRuns?: number;
  /**
   * Loads the model; cheap if it is loaded. A server has its own model and ignores the options.
   * @param signal rejects the call with its reason; the load itself may continue, so that a later call is quick
   * @throws Rank1Error
   */
  load(
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<LoadedModel>;
  /**
   * Finishes every document of the request exactly once, with a verdict or the reason for having none.
   * @param onUpdates called in order, never after the call has settled; between steps at least every few seconds, with
   *   an empty list as a heartbeat
   * @param signal ends the run after the step in flight; it then resolves with `aborted: true`
   * @throws Rank1Error when the run cannot continue; updates already delivered stand
   */
  rerank(request: RerankRequest, onUpdates: UpdateListener, signal: AbortSignal): Promise<RunSummary>;
  /** Pauses runs after the step in flight, or before their first step; their state is kept. */
  pause(): void;
  resume(): void;
  /** Frees all resources. Calls in flight reject with `reason`; a later call starts over. */
  close(reason: unknown): void | Promise<void>;
}
