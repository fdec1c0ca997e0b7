/**
 * What follows a failure: another attempt, where and with how much, or the end. `Recovery` is a record of failures in a row;
 * `withRecovery` waits and tries again. The ladder: a fresh worker, and with it a fresh device and session, after a short
 * backoff; fewer rows if memory ran out; the CPU as the last resort, if the caller left the choice of device and the model
 * has a version for it; after three failures in a row the end. A verdict in between resets the count.
 */
import { wait } from '../base/async.ts';
import { errorMessage, isRank1Error, Rank1Error, type Rank1ErrorCode } from '../base/errors.ts';
import type { LoadedModel, LoadOptions } from '../protocol/rerank-api.ts';
import { DEFAULT_MAX_SLOTS } from '../protocol/run-defaults.ts';
import type { RunState } from './run-state.ts';

/** How long things may take before they count as a fault, and how long to wait after one. All in milliseconds. */
export interface FaultTimes {
  /** Idle timeout of a worker that loads a model. Uploading weights and compiling shaders are silent. */
  readonly silentLoadMs: number;
  /** Idle timeout of a worker that runs. One prefill of a large model on a CPU takes minutes. */
  readonly silentRunMs: number;
  /** An aborted run ends with its step in flight; a step that takes longer is ended with its worker. */
  readonly abortMs: number;
  /** The wait after the first failure in a row, after the second, and so on; the last holds for those behind it. */
  readonly backOffMs: readonly [number, ...number[]];
}

export const FAULT_TIMES: FaultTimes = {
  silentLoadMs: 5 * 60_000,
  silentRunMs: 10 * 60_000,
  abortMs: 30_000,
  backOffMs: [250, 2000],
};

export const MAX_FAILURES = 3;

/** Another try meets the same. Everything else may be a passing fault. */
const FINAL: ReadonlySet<Rank1ErrorCode> = new Set<Rank1ErrorCode>([
  'access-denied',
  'model-not-found',
  'model-corrupt',
  'model-unsupported',
  'tokenizer-unsupported',
  'conversion-failed',
  'invalid-file',
]);

/** Faults that the CPU does not have. */
const OF_DEVICE: ReadonlySet<Rank1ErrorCode> = new Set<Rank1ErrorCode>([
  'device-lost',
  'device-unavailable',
  'out-of-memory',
  'run-failed',
  'worker-failed',
]);

/** What to do after several failures; of the other codes, each message says it by itself. */
const ADVICE: Partial<Record<Rank1ErrorCode, string>> = {
  'device-lost': 'Close other pages that use the GPU, or choose the device "wasm", and rank the rest again.',
  'out-of-memory': 'Close other tabs, or take a smaller model or dtype, and rank the rest again.',
  'run-failed': 'Choose another device or dtype, and rank the rest again.',
  'worker-failed': 'Reload the page and rank the rest again; if it stops again, take a smaller model.',
  network: 'Check the connection, and try again when it is back.',
};

export interface RecoveryOptions extends Pick<FaultTimes, 'backOffMs'> {
  /** The backend has tried again by itself, as often as is of use. */
  readonly isLast?: boolean;
}

export class Recovery {
  /** What is to be loaded now; not always what was asked for. */
  load: LoadOptions;
  /** undefined: as many as the worker takes by itself */
  maxSlots: number | undefined;
  numFailures = 0;
  /** Whether the CPU took over, where the device was to be chosen, and the model was loaded there. */
  fellBack = false;
  readonly #asked: LoadOptions;
  readonly #backOffMs: FaultTimes['backOffMs'];
  readonly #isLast: boolean;
  /** The newest failure that the CPU might not have, and how many there were in a row. */
  #deviceError: unknown;
  #numDeviceFailures = 0;
  #hasWorked = false;
  #cpuRefused = false;
  #maxRows = Infinity;

  /** @param fellBack whether the CPU has taken over before */
  constructor(
    asked: LoadOptions,
    { backOffMs, isLast = false }: RecoveryOptions,
    maxSlots?: number,
    fellBack = false,
  ) {
    this.#asked = asked;
    this.load = fellBack ? onCpu(asked) : asked;
    this.fellBack = fellBack;
    this.maxSlots = maxSlots;
    this.#backOffMs = backOffMs;
    this.#isLast = isLast;
  }

  /** @param maxRows upper bound of the rows the attempt has work for */
  begins(maxRows: number): void {
    this.#maxRows = maxRows;
  }

  /** @returns the model, with the fault as the reason for its device where the CPU took over */
  loaded(model: LoadedModel): LoadedModel {
    this.#hasWorked = true; // a device that is not there later may come back
    this.fellBack = this.#isOnCpu;
    if (!this.fellBack) return model;
    const deviceReason = 'The GPU failed, so the CPU is used.';
    return { ...model, deviceReason, deviceCause: { code: 'gpu-failed' } };
  }

  /** A verdict came. */
  progressed(): void {
    this.numFailures = 0;
    this.#numDeviceFailures = 0;
  }

  /**
   * @returns the milliseconds to wait before the next try
   * @throws `error` itself where another try is of no use, or a Rank1Error of its code after the third failure in a row
   */
  failed(error: unknown): number {
    const code = errorCode(error);
    const isUnavailable = code === 'device-unavailable' && !this.#hasWorked;
    if (code === 'device-unavailable' && this.#isOnCpu && !this.fellBack) return this.#leaveCpu();
    const isFinal = this.#isLast || FINAL.has(code) || (isUnavailable && !this.#mayTakeCpu);
    if (isFinal && this.numFailures === 0) throw error;
    this.numFailures++;
    if (isFinal || this.numFailures >= MAX_FAILURES) throw this.#stopped(error, code);
    if (code === 'out-of-memory') {
      const numRows = Math.min(this.maxSlots ?? DEFAULT_MAX_SLOTS, this.#maxRows);
      this.maxSlots = Math.max(1, Math.floor(numRows / 2));
    }
    if (OF_DEVICE.has(code)) {
      this.#numDeviceFailures++;
      this.#deviceError = error;
    }
    const isLastTry = this.#numDeviceFailures >= MAX_FAILURES - 1;
    if ((isLastTry || isUnavailable) && this.#mayTakeCpu) this.load = onCpu(this.#asked);
    return this.#waitMs;
  }

  get #isOnCpu(): boolean {
    return this.load !== this.#asked;
  }

  get #mayTakeCpu(): boolean {
    return this.load.device === 'auto' && !this.#cpuRefused;
  }

  /** The CPU cannot run the model, which is no failure of its own: report the GPU's, or try the GPU again. */
  #leaveCpu(): number {
    this.#cpuRefused = true;
    this.load = this.#asked;
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

function onCpu(asked: LoadOptions): LoadOptions {
  return { ...asked, device: 'wasm' };
}

/**
 * Attempts until one succeeds or the recovery gives up.
 * @param onRecovering called after each failure that is followed by another attempt, before the wait
 * @throws the signal's reason once it is aborted, or what the recovery ends with
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

/** Anything that is not a Rank1Error was not foreseen, and counts as a failure of the worker. */
function errorCode(error: unknown): Rank1ErrorCode {
  return isRank1Error(error) ? error.code : 'worker-failed';
}
