/**
 * What follows a failure: retry, fall back or give up. `Recovery` tracks consecutive failures; `withRecovery` waits and
 * retries. Every retry has a fresh worker, and so a fresh device and session, after a short backoff. It has half the
 * rows after out-of-memory, one thread after two starts that hung, and runs on the CPU as a last resort, if `auto`
 * chose a GPU and the model has a version for the CPU. Three failures without a verdict in between end the run; those of
 * documents judged alone are counted apart.
 */
import { wait } from '../base/async.ts';
import { errorMessage, isRank1Error, Rank1Error, type Rank1ErrorCode } from '../base/errors.ts';
import type { CpuDevice, LoadedModel, LoadOptions } from '../protocol/rerank-api.ts';
import { DEFAULT_MAX_SLOTS } from '../protocol/run-defaults.ts';
import type { RunState } from './run-state.ts';

/** Idle timeouts and backoff, in milliseconds. */
export interface FaultTimes {
  /**
   * Idle timeout of a worker that loads a model. Uploading weights and compiling shaders send no messages. Default
   * 300,000.
   */
  readonly silentLoadMs: number;
  /**
   * Idle timeout of the runtime while it starts its threads, once its code is loaded. It needs far less. Default 20,000.
   */
  readonly silentStartMs: number;
  /** Idle timeout of a worker that runs. One prefill of a large model on a CPU takes minutes. Default 600,000. */
  readonly silentRunMs: number;
  /** How long an aborted run may take to finish its step in flight before its worker is terminated. Default 30,000. */
  readonly abortMs: number;
  /**
   * Backoff after the first consecutive failure, the second, and so on; the last value repeats. Default 250, then 2,000.
   */
  readonly backOffMs: readonly [number, ...number[]];
}

export const FAULT_TIMES: FaultTimes = {
  silentLoadMs: 5 * 60_000,
  silentStartMs: 20_000,
  silentRunMs: 10 * 60_000,
  abortMs: 30_000,
  backOffMs: [250, 2000],
};

const MAX_FAILURES = 3;

/** Not worth retrying. Every other code may be transient. */
const FINAL: ReadonlySet<Rank1ErrorCode> = new Set<Rank1ErrorCode>([
  'access-denied',
  'model-not-found',
  'model-corrupt',
  'model-unsupported',
  'option-unsupported',
  'tokenizer-unsupported',
  'invalid-file',
]);

/** Faults that may not occur on the CPU. */
const OF_DEVICE: ReadonlySet<Rank1ErrorCode> = new Set<Rank1ErrorCode>([
  'device-lost',
  'device-unavailable',
  'out-of-memory',
  'run-failed',
  'worker-failed',
]);

/** Advice after repeated failures; for other codes the message itself says what to do. */
const ADVICE: Partial<Record<Rank1ErrorCode, string>> = {
  'device-lost':
    'Close other pages and programs that use the GPU, or choose the device "wasm", and rank the rest again.',
  'out-of-memory':
    'Close other tabs and programs, or take a smaller model or dtype, and rank the rest again.',
  'run-failed': 'Choose another device or dtype, and rank the rest again.',
  'worker-failed': 'Start again with the rest; if it stops again, take a smaller model.',
  network: 'Check the connection, and try again when it is back.',
};

export interface RecoveryOptions extends Pick<FaultTimes, 'backOffMs'> {
  /** Replaces a GPU that failed; default `wasm`. */
  readonly cpu?: CpuDevice | undefined;
  /** The backend has its own retries; a failure is final. */
  readonly isLast?: boolean;
}

/** The runtime's threads did not start in time. */
export class StalledStart extends Rank1Error {
  constructor(limitMs: number) {
    super(
      'worker-failed',
      `The runtime's threads did not start within ${limitMs / 1000} seconds, so its worker was ended. Try again: a new one is started.`,
    );
  }
}

/** Replaces parts of the load that the caller asked for. */
export type Fallback = Partial<Pick<LoadOptions, 'device' | 'numThreads'>>;

export class Recovery {
  /** The load to attempt now; may differ from the one asked for. */
  load: LoadOptions;
  /** undefined: the worker's default */
  maxSlots: number | undefined;
  numFailures = 0;
  /** of `numFailures`, those of documents that were set aside */
  #numSetAside = 0;
  /** In effect when the model was last loaded; later runs start with it. */
  fallback: Fallback;
  readonly #asked: LoadOptions;
  readonly #backOffMs: FaultTimes['backOffMs'];
  readonly #isLast: boolean;
  readonly #cpu: CpuDevice;
  /** The last failure that the CPU might avoid, and the number of consecutive ones. */
  #deviceError: unknown;
  #numDeviceFailures = 0;
  #numStalledStarts = 0;
  #hasWorked = false;
  #cpuRefused = false;
  /** `auto` chose a CPU. */
  #isWithoutGpu = false;
  #maxRows = Infinity;

  /** @param fallback of an earlier run */
  constructor(
    asked: LoadOptions,
    { backOffMs, isLast = false, cpu = 'wasm' }: RecoveryOptions,
    maxSlots?: number,
    fallback: Fallback = {},
  ) {
    this.#asked = asked;
    this.load = { ...asked, ...fallback };
    this.fallback = fallback;
    this.maxSlots = maxSlots;
    this.#backOffMs = backOffMs;
    this.#isLast = isLast;
    this.#cpu = cpu;
  }

  /** @param maxRows upper bound on the rows the attempt can use */
  begins(maxRows: number): void {
    this.#maxRows = maxRows;
  }

  /** @returns the model; after a fallback, with the failure as the reason for its device */
  loaded(model: LoadedModel): LoadedModel {
    this.#hasWorked = true; // a device missing later may come back
    const { device, numThreads } = this.load;
    this.fallback = {
      ...(this.#isOnCpu && { device }),
      ...(numThreads !== this.#asked.numThreads && { numThreads }),
    };
    if (this.#isOnCpu) {
      const deviceReason = 'The GPU failed, so the CPU is used.';
      return { ...model, deviceReason, deviceCause: { code: 'gpu-failed' } };
    }
    this.#isWithoutGpu = model.device !== 'webgpu';
    if (this.fallback.numThreads === undefined) return model;
    const deviceReason = 'The threads of the CPU did not start, so one is used.';
    return { ...model, deviceReason, deviceCause: { code: 'no-threads' } };
  }

  /** Call on every verdict. */
  progressed(): void {
    this.numFailures = 0;
    this.#numSetAside = 0;
    this.#numDeviceFailures = 0;
  }

  /**
   * Call before `failed` if a document failed alone and others are to be tried: that says little of them, unless several
   * documents do so in a row.
   */
  setAside(): void {
    this.#numSetAside++;
  }

  /**
   * @returns the backoff before the next attempt, in milliseconds
   * @throws `error` itself if it is not worth retrying, or a Rank1Error with its code after the third consecutive
   *   failure, or the third that was set aside
   */
  failed(error: unknown): number {
    const code = errorCode(error);
    const isUnavailable = code === 'device-unavailable' && !this.#hasWorked;
    if (code === 'device-unavailable' && this.#isOnCpu && !this.fallback.device) return this.#leaveCpu();
    const isFinal = this.#isLast || FINAL.has(code) || (isUnavailable && !this.#mayTakeCpu);
    if (isFinal && this.numFailures === 0) throw error;
    this.numFailures++;
    const numOthers = this.numFailures - this.#numSetAside;
    if (isFinal || Math.max(numOthers, this.#numSetAside) >= MAX_FAILURES) throw this.#stopped(error, code);
    if (code === 'out-of-memory') {
      const numRows = Math.min(this.maxSlots ?? DEFAULT_MAX_SLOTS, this.#maxRows);
      this.maxSlots = Math.max(1, Math.floor(numRows / 2));
    }
    if (error instanceof StalledStart) {
      if (++this.#numStalledStarts > 1) this.load = { ...this.load, numThreads: 1 };
    } else if (OF_DEVICE.has(code)) {
      this.#numDeviceFailures++;
      this.#deviceError = error;
    }
    const isLastTry = this.#numDeviceFailures >= MAX_FAILURES - 1;
    if ((isLastTry || isUnavailable) && this.#mayTakeCpu) this.load = { ...this.load, device: this.#cpu };
    return this.#waitMs;
  }

  get #isOnCpu(): boolean {
    return this.load.device !== this.#asked.device;
  }

  get #mayTakeCpu(): boolean {
    return this.load.device === 'auto' && !this.#isWithoutGpu && !this.#cpuRefused;
  }

  /** The CPU cannot run the model, which is not a failure in itself: report the GPU's, or retry the GPU. */
  #leaveCpu(): number {
    this.#cpuRefused = true;
    this.load = { ...this.load, device: this.#asked.device };
    if (errorCode(this.#deviceError) === 'device-unavailable' && !this.#hasWorked) throw this.#deviceError;
    return this.#waitMs;
  }

  get #waitMs(): number {
    const place = Math.min(this.numFailures, this.#backOffMs.length) - 1;
    return this.#backOffMs[place] ?? this.#backOffMs[0];
  }

  #stopped(error: unknown, code: Rank1ErrorCode): Rank1Error {
    const message = [
      `This failed ${this.numFailures} times in a row, so it was stopped; verdicts given so far are kept.`,
      ...(ADVICE[code] ? [ADVICE[code]] : []),
      `The last failure: ${errorMessage(error)}`,
    ].join(' ');
    return new Rank1Error(code, message, { cause: error });
  }
}

/**
 * Retries until an attempt succeeds or the recovery gives up.
 * @param onRecovering called after each failure that will be retried, before the wait
 * @throws the signal's reason once it is aborted, or the recovery's final error
 */
export async function withRecovery<T>(
  recovery: Recovery,
  signal: AbortSignal,
  onRecovering: (state: Extract<RunState, { type: 'recovering' }>) => void,
  attempt: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      const waitMs = recovery.failed(error);
      const { numFailures, maxSlots, load } = recovery;
      const failure = { code: errorCode(error), message: errorMessage(error), numFailures };
      onRecovering({ type: 'recovering', ...failure, waitMs, device: load.device, maxSlots });
      await wait(waitMs, signal);
    }
  }
}

/** Any error other than a Rank1Error is unexpected and counts as a worker failure. */
function errorCode(error: unknown): Rank1ErrorCode {
  return isRank1Error(error) ? error.code : 'worker-failed';
}
