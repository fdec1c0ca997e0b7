/**
 * One run: acquires the device, loads the model, sends the documents, and after a fault retries those still undecided.
 * Decided documents are never judged again, and since documents are independent, a retry does not change their
 * verdicts. A hold (pause, frozen page) stops the run between two steps and releases the device to other waiters.
 */
import { isRank1Error, Rank1Error } from '../base/errors.ts';
import type { Backend } from '../protocol/backend.ts';
import { noNumbers } from '../protocol/no-numbers.ts';
import type {
  LoadedModel,
  LoadProgress,
  RerankRequest,
  RunStats,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import type { DeviceLease } from './device-lease.ts';
import type { Hold } from './hold.ts';
import { withRecovery, type Recovery } from './recovery.ts';
import { RunLedger } from './run-ledger.ts';
import type { RunState, RunStateListener } from './run-state.ts';

export interface SupervisedRunOptions {
  readonly request: RerankRequest;
  /** Ends the run after the step in flight. */
  readonly signal: AbortSignal;
  readonly backend: Backend;
  readonly hold: Hold;
  readonly lease: DeviceLease;
  readonly recovery: Recovery;
  readonly onUpdate: UpdateListener;
  readonly onState: RunStateListener;
  readonly onLoadProgress: (progress: LoadProgress) => void;
}

export interface RunOutcome {
  readonly model: LoadedModel;
  readonly stats: RunStats;
}

export class SupervisedRun {
  readonly #options: SupervisedRunOptions;
  readonly #ledger: RunLedger;
  #model: LoadedModel | null = null;
  #isSent = false;
  #lastState = '';

  constructor(options: SupervisedRunOptions) {
    this.#options = options;
    const isOnDevice = options.backend.remoteHost === undefined;
    this.#ledger = new RunLedger(options.request.documents.length, isOnDevice);
  }

  /** @throws the signal's reason, or Rank1Error when it cannot continue; verdicts already delivered stand */
  async execute(): Promise<RunOutcome> {
    const { signal, hold, lease, recovery } = this.#options;
    const ended = new AbortController();
    const untilEnd = AbortSignal.any([signal, ended.signal]);
    const unsubscribe = hold.subscribe(() => void this.#followHold(untilEnd).catch(() => undefined));
    const onRecovering = (state: RunState): void => this.#report(state);
    try {
      let model: LoadedModel;
      do model = await withRecovery(recovery, signal, onRecovering, () => this.#attempt(untilEnd));
      while (this.#startsOver());
      return { model, stats: { ...this.#ledger.stats, rowsActive: 0 } };
    } catch (error) {
      throw signal.aborted ? error : this.#countingDocuments(error);
    } finally {
      unsubscribe();
      ended.abort();
      lease.release();
    }
  }

  /** Documents that could not be judged get one more try, on a fresh device. @returns whether there are any */
  #startsOver(): boolean {
    if (this.#ledger.undecided.length === 0) return false;
    this.#options.backend.close(new Error('replaced'));
    return true;
  }

  async #attempt(untilEnd: AbortSignal): Promise<LoadedModel> {
    const { backend, recovery, signal, onLoadProgress } = this.#options;
    recovery.begins(this.#maxRows);
    await this.#acquireDevice(untilEnd);
    const model = recovery.loaded(await backend.load(recovery.load, onLoadProgress, untilEnd));
    this.#model = model;
    try {
      for (const indexes of this.#ledger.groups()) {
        await this.#acquireDevice(untilEnd); // a pause may have released it
        this.#report({ type: 'running', model });
        await this.#send(indexes);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (this.#ledger.undecided.length > 0) throw error;
      return model; // failed after its last verdict; nothing is left to retry
    }
    signal.throwIfAborted();
    if (this.#ledger.undecided.length > 0 && !this.#ledger.onlyDoubtfulLeft)
      throw new Rank1Error('worker-failed', 'Verdicts were lost between the worker and the page. Try again.');
    if (this.#ledger.allFailed) throw noNumbers();
    return model;
  }

  /** Only the backend knows how many passages documents are split into. */
  get #maxRows(): number {
    const { longDocuments, samples = 1 } = this.#options.request.options;
    return longDocuments === 'passages' ? Infinity : this.#ledger.undecided.length * samples;
  }

  async #acquireDevice(untilEnd: AbortSignal): Promise<void> {
    const { hold, lease } = this.#options;
    for (;;) {
      if (hold.held) {
        this.#report({ type: 'paused', by: hold.by });
        lease.release();
      }
      await hold.untilReleased(untilEnd);
      await lease.acquire(untilEnd, () => this.#report({ type: 'waiting' }));
      if (!hold.held) return;
    }
  }

  async #send(indexes: readonly number[]): Promise<void> {
    const { request, recovery, signal, backend, hold } = this.#options;
    const documents = indexes.flatMap((index) => request.documents[index] ?? []);
    const { maxSlots } = recovery;
    const options = { ...request.options, ...(maxSlots !== undefined && { maxSlots }) };
    try {
      signal.throwIfAborted();
      const running = backend.rerank({ ...request, documents, options }, this.#listener(indexes), signal);
      this.#isSent = true;
      if (hold.held) this.#pause();
      else backend.resume(); // a pause may have reached it after the previous run had ended
      await running;
    } catch (error) {
      if (!signal.aborted && this.#ledger.failed(indexes)) recovery.setAside();
      throw error;
    } finally {
      this.#isSent = false;
    }
  }

  /** Tells how many documents the error is about. It quotes none: errors are logged, and texts are private. */
  #countingDocuments(error: unknown): unknown {
    const { length } = this.#ledger.blamed;
    if (length === 0 || !isRank1Error(error)) return error;
    const told =
      length === 1 ? '1 document, which has no verdict' : `${length} documents, which have no verdict`;
    return new Rank1Error(error.code, `${error.message} Judged alone, it failed at ${told}.`, {
      cause: error.cause,
    });
  }

  #listener(indexes: readonly number[]): UpdateListener {
    const { onUpdate, recovery } = this.#options;
    const take = this.#ledger.beginAttempt(indexes, onUpdate);
    return (updates, stats) => {
      const { numFinished } = this.#ledger;
      take(updates, stats);
      if (this.#ledger.numFinished > numFinished) recovery.progressed();
    };
  }

  /** Pauses or resumes the backend as the hold changes. */
  async #followHold(untilEnd: AbortSignal): Promise<void> {
    const { hold, lease, backend } = this.#options;
    if (hold.held) this.#report({ type: 'paused', by: hold.by });
    if (!this.#isSent) return;
    if (hold.held) return this.#pause();
    await lease.acquire(untilEnd, () => this.#report({ type: 'waiting' }));
    if (untilEnd.aborted || hold.held) return lease.release();
    if (!this.#isSent || !this.#model) return;
    backend.resume();
    this.#report({ type: 'running', model: this.#model });
  }

  #pause(): void {
    this.#options.backend.pause();
    this.#options.lease.release();
  }

  /** Reports a state only when it changes. */
  #report(state: RunState): void {
    const key = JSON.stringify(state);
    if (key === this.#lastState) return;
    this.#lastState = key;
    this.#options.onState(state);
  }
}
