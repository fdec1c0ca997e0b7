/**
 * What follows a failure: another try, where and with how much, or the end. A pure record of failures in a row; it neither
 * waits nor starts anything. The ladder: a fresh worker, and with it a fresh device and session, after a short wait; fewer
 * rows where memory ran out; the CPU as the last resort, where the caller left the choice of device and the model has a
 * version that runs there; after three failures in a row the end. A verdict in between shows that the way taken works, and
 * the count starts over.
 */
import { errorMessage, isRank1Error, Rank1Error, type Rank1ErrorCode } from '../base/errors.ts';
import type { LoadOptions } from '../protocol/rerank-api.ts';
import { DEFAULT_MAX_SLOTS } from '../protocol/run-defaults.ts';
import type { FaultTimes } from './fault-times.ts';

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
  /** The newest failure that the CPU might not have, and how many there were in a row. */
  #deviceError: unknown;
  #numDeviceFailures = 0;
  #hasWorked = false;
  #cpuRefused = false;
  /** Rows that the attempt has work for. */
  #numRows = Infinity;

  constructor(load: LoadOptions, maxSlots: number | undefined, { backOffMs }: FaultTimes) {
    this.#asked = load;
    this.load = load;
    this.maxSlots = maxSlots;
    this.#backOffMs = backOffMs;
  }

  /** An attempt begins that has work for so many rows at most. */
  begins(numRows: number): void {
    this.#numRows = numRows;
  }

  /** The model was loaded once: a device that is not there now may come back. */
  loaded(): void {
    this.#hasWorked = true;
    this.fellBack = this.#isOnCpu;
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
    const isFinal = FINAL.has(code) || (isUnavailable && !this.#mayTakeCpu);
    if (isFinal && this.numFailures === 0) throw error;
    this.numFailures++;
    if (isFinal || this.numFailures >= MAX_FAILURES) throw this.#stopped(error, code);
    if (code === 'out-of-memory') {
      const numRows = Math.min(this.maxSlots ?? DEFAULT_MAX_SLOTS, this.#numRows);
      this.maxSlots = Math.max(1, Math.floor(numRows / 2));
    }
    if (OF_DEVICE.has(code)) {
      this.#numDeviceFailures++;
      this.#deviceError = error;
    }
    const isLastTry = this.#numDeviceFailures >= MAX_FAILURES - 1;
    if ((isLastTry || isUnavailable) && this.#mayTakeCpu) this.load = { ...this.#asked, device: 'wasm' };
    return this.#waitMs;
  }

  get #isOnCpu(): boolean {
    return this.load !== this.#asked;
  }

  get #mayTakeCpu(): boolean {
    return this.load.device === 'auto' && !this.#cpuRefused;
  }

  /** The CPU cannot run the model, which is no failure: what ails the GPU is what there is to tell, or to try again. */
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

/** Anything that is no Rank1Error was not foreseen, and counts as a failure of the worker. */
export function errorCode(error: unknown): Rank1ErrorCode {
  return isRank1Error(error) ? error.code : 'worker-failed';
}
