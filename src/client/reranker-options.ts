/** What a `Reranker` is created with, what its calls take, and the events that they stream. */
import type { Backend } from '../protocol/backend.ts';
import type {
  CpuDevice,
  LoadOptions,
  LoadProgress,
  RerankOptions,
  RerankUpdate,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import type { DocumentInput, ResultSelection } from './check-arguments.ts';
import type { LoadProgressEvent, RunStateEvent } from './event-queue.ts';
import type { Page, WhenHidden } from './hold.ts';
import type { FaultTimes } from './recovery.ts';
import type { RerankResponse } from './rerank-result.ts';
import type { RunStateListener } from './run-state.ts';

export interface RerankerSettings {
  /** Creates the worker, for pages that do so themselves; default: the package's own. */
  readonly createWorker?: () => Worker;
  /** Runs the model in place of a worker. */
  readonly backend?: Backend;
  /**
   * Name of the Web Lock under which runs and loads of all pages of this origin wait for one another, so that they do
   * not compete for the GPU; false for none. Default `rank1-rerank-device`. Ignored in browsers without Web Locks.
   */
  readonly lock?: string | false;
  /**
   * What runs do while the page is hidden: `continue` (the default), at the speed the browser allows, or `pause` until
   * it is visible.
   */
  readonly whenHidden?: WhenHidden;
  /** The CPU device that replaces a GPU which failed under `auto`. Default `wasm`. */
  readonly cpu?: CpuDevice;
  /** Timeouts and backoff; the defaults suit slow devices. */
  readonly faultTimes?: Partial<FaultTimes>;
  /** The page that pauses runs when it freezes or is hidden; default `document`. */
  readonly page?: Page;
  /** default `navigator.locks` */
  readonly locks?: LockManager;
}

/** `model`, the URL of a model folder relative to the page, is required unless there is a `backend`. */
export interface RerankerOptions extends Partial<LoadOptions>, RerankerSettings {}

export interface LoadCallOptions {
  /** Called as the load proceeds. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** The call rejects with the signal's reason; the model may continue loading, so that a later call is quick. */
  readonly signal?: AbortSignal | undefined;
  /** Called while waiting for the device and while recovering from a failure. */
  readonly onState?: RunStateListener | undefined;
}

/** A Reranker; any other object is a TypeError. */
export interface Explainer {
  readonly remoteHost: string | null;
  dispose(): void;
}

/** A query and its documents, with all options of a run. */
export interface RerankParameters<D extends DocumentInput = DocumentInput>
  extends RerankOptions, ResultSelection {
  /** the question; must not be blank */
  readonly query: string;
  /** texts, or objects with a `text`; none is a valid list */
  readonly documents: readonly D[];
  /**
   * A second Reranker, whose model gives the reasons: the first scores all documents, then the explainer judges the
   * best with reasoning (`reasons: 'top'`), or all of them (`'all'`). The caller disposes of it. `pause` and `resume` of
   * the called Reranker apply to both. The called Reranker takes its next call while the explainer reasons.
   */
  readonly explainer?: Explainer | undefined;
  /** The call rejects with the signal's reason; the run ends after the step in flight. */
  readonly signal?: AbortSignal | undefined;
}

/** A listener's error ends the run and rejects the call. No listener is called after the call has settled. */
export interface RerankCallbacks {
  /** Called while the model loads. */
  readonly onLoadProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Called once per step, in order. A document interrupted by a failure is `started` again, with a new chain. */
  readonly onUpdate?: UpdateListener | undefined;
  /** State of the run as a whole: running, waiting for the device, paused, recovering from a failure. */
  readonly onState?: RunStateListener | undefined;
}

export interface CompleteEvent<D extends DocumentInput = DocumentInput> {
  readonly type: 'complete';
  readonly response: RerankResponse<D>;
}

/**
 * `load-progress` while the model loads, `run-state` when the run's state changes, an event for each document update,
 * and finally `complete`.
 */
export type RerankEvent<D extends DocumentInput = DocumentInput> =
  LoadProgressEvent | RunStateEvent | RerankUpdate | CompleteEvent<D>;
