/** What `createReranker` takes and gives: the public call shapes. Types only. */
import type {
  LoadedModel,
  LoadOptions,
  LoadProgress,
  RerankOptions,
  RerankUpdate,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import type { DocumentInput } from './check-arguments.ts';
import type { LoadProgressEvent, RunStateEvent } from './event-queue.ts';
import type { RerankResponse, ResultSelection } from './rerank-result.ts';
import type { RerankerSettings } from './reranker.ts';
import type { RunStateListener } from './run-state.ts';
import type { LoadCallOptions } from './model-worker.ts';

export interface RerankerOptions extends Partial<LoadOptions>, RerankerSettings {
  /** URL of a model folder, relative to the page. */
  readonly model: string;
}

/** A question and its documents, with everything a run can be told. */
export interface RerankParameters<D extends DocumentInput = DocumentInput>
  extends RerankOptions, ResultSelection {
  readonly query: string;
  readonly documents: readonly D[];
  /** The call rejects with the signal's reason, the run ends after the step in flight. */
  readonly signal?: AbortSignal | undefined;
}

export interface RerankCallbacks {
  readonly onLoadProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Once a step, in order. */
  readonly onUpdate?: UpdateListener | undefined;
  /** What the call as a whole is doing: waiting for the device, paused, recovering from a failure. */
  readonly onState?: RunStateListener | undefined;
}

export interface CompleteEvent<D extends DocumentInput = DocumentInput> {
  readonly type: 'complete';
  readonly response: RerankResponse<D>;
}

/** `load-progress` while the model loads, `run-state` when the run as a whole changes, what happens to each document, and `complete` as the last. */
export type RerankEvent<D extends DocumentInput = DocumentInput> =
  LoadProgressEvent | RunStateEvent | RerankUpdate | CompleteEvent<D>;

export interface RerankClient {
  /** Free when the model is loaded. @throws Rank1Error, or the signal's reason */
  load(options?: LoadCallOptions): Promise<LoadedModel>;
  /**
   * @throws TypeError or RangeError for a faulty call, the signal's reason, or Rank1Error; `partialResponse(error)` is what
   *   was decided before it
   */
  rerank<D extends DocumentInput>(
    parameters: RerankParameters<D> & RerankCallbacks,
  ): Promise<RerankResponse<D>>;
  /**
   * The run starts with the first event that is asked for; leaving the loop aborts it. A slow reader gets fewer, longer
   * deltas, never an unbounded backlog. @throws TypeError or RangeError at once; the rest is thrown in the loop
   */
  stream<D extends DocumentInput>(parameters: RerankParameters<D>): AsyncIterable<RerankEvent<D>>;
  /**
   * Holds the call that runs after the step in flight, and with it those that wait; where none runs, the next one before
   * its first step. Lasts until `resume`, or until the call it holds has ended. A held call can be aborted.
   */
  pause(): void;
  /** Lets the held call go on where it was. */
  resume(): void;
  readonly paused: boolean;
  /** Ends the worker and frees the model. Calls in flight or waiting reject; a later call starts over. */
  dispose(): void;
}
