/**
 * One run from the page's side: it takes the device, loads the model, sends the documents, and when something fails on the
 * way it starts over in a fresh worker with those that are undecided. A verdict that was given is never asked for again, and
 * as documents do not depend on one another, those of later attempts are what they would have been. Holding (pause, a
 * frozen page) keeps the run in the worker between two steps, and lends the device to whoever waits for it.
 */
import { proxy } from 'comlink';
import { isRank1Error, Rank1Error } from '../base/errors.ts';
import type { LoadProgress, RerankRequest, RunSummary, UpdateListener } from '../protocol/rerank-api.ts';
import type { DeviceLease } from './device-lease.ts';
import type { FaultTimes } from './fault-times.ts';
import type { Hold } from './hold.ts';
import type { ModelWorker } from './model-worker.ts';
import type { Recovery } from './recovery.ts';
import { RunLedger } from './run-ledger.ts';
import type { RunState, RunStateListener } from './run-state.ts';
import { untilDone } from './until-done.ts';
import { UpdateDelivery } from './update-delivery.ts';
import type { WorkerConnection } from './worker-connection.ts';

export interface SupervisedRunOptions {
  readonly request: Omit<RerankRequest, 'runId'>;
  /** Ends the run with the step in flight; a Rank1Error as its reason is thrown, any other is a summary. */
  readonly signal: AbortSignal;
  readonly worker: ModelWorker;
  /** Whether it judges here, where a fault of the device may be why a document has no verdict. */
  readonly isOnDevice: boolean;
  readonly hold: Hold;
  readonly lease: DeviceLease;
  readonly recovery: Recovery;
  readonly times: FaultTimes;
  /** a number no other run in the worker has */
  readonly nextRunId: () => number;
  /** Whether a later run has taken the place of this one: nothing is delivered any more. */
  readonly isReplaced: () => boolean;
  readonly onUpdate: UpdateListener | undefined;
  readonly onState: RunStateListener | undefined;
  readonly onLoadProgress: ((progress: LoadProgress) => void) | undefined;
}

/** The run as the worker knows it. */
interface SentRun {
  readonly connection: WorkerConnection;
  readonly runId: number;
}

export class SupervisedRun {
  readonly #options: SupervisedRunOptions;
  readonly #ledger: RunLedger;
  #sent: SentRun | null = null;
  #lastState = '';

  constructor(options: SupervisedRunOptions) {
    this.#options = options;
    this.#ledger = new RunLedger(options.request.documents.length, options.isOnDevice);
  }

  /** @throws Rank1Error when it cannot go on; verdicts that were delivered stand */
  async execute(): Promise<RunSummary> {
    const { signal, hold, lease, worker, recovery } = this.#options;
    const ended = new AbortController();
    const untilEnd = AbortSignal.any([signal, ended.signal]);
    const unsubscribe = hold.subscribe(() => void this.#followHold(untilEnd).catch(() => undefined));
    try {
      let aborted = false;
      do {
        aborted = await untilDone(
          () => this.#attempt(untilEnd),
          recovery,
          signal,
          (error) => worker.end(error),
          (state) => this.#report(state),
        );
      } while (!aborted && this.#isAgain());
      return this.#summary(aborted);
    } catch (error) {
      if (!signal.aborted) throw error;
      if (isRank1Error(signal.reason)) throw signal.reason;
      return this.#summary(true);
    } finally {
      unsubscribe();
      ended.abort();
      lease.release();
    }
  }

  /** A document that could not be judged is tried once more, on a device that no fault has touched. */
  #isAgain(): boolean {
    if (this.#ledger.undecided.length === 0) return false;
    this.#options.worker.end(new Error('replaced'));
    return true;
  }

  /** @returns whether the run was aborted */
  async #attempt(untilEnd: AbortSignal): Promise<boolean> {
    const { hold, worker, recovery, signal, onLoadProgress } = this.#options;
    recovery.begins(this.#maxRows);
    await this.#acquireDevice(untilEnd);
    const connection = await worker.connectionWith(recovery.load, {
      signal: untilEnd,
      ...(onLoadProgress && { onProgress: onLoadProgress }),
    });
    recovery.loaded();
    if (!hold.held) this.#report({ type: 'running' });
    const summary = await this.#send(connection).catch((error: unknown) => {
      if (signal.aborted || this.#ledger.undecided.length > 0) throw error;
      worker.end(error);
      return null; // it failed behind its last verdict, and nothing is left to try again
    });
    if (summary === null) return false;
    if (summary.aborted) return true;
    if (this.#ledger.undecided.length > 0 && !this.#ledger.onlyDoubtfulLeft)
      throw new Rank1Error('worker-failed', 'Verdicts were lost between the worker and the page. Try again.');
    return false;
  }

  /** Passages are counted by the worker alone. */
  get #maxRows(): number {
    const { longDocuments, samples = 1 } = this.#options.request.options;
    return longDocuments === 'passages' ? Infinity : this.#ledger.undecided.length * samples;
  }

  async #acquireDevice(untilEnd: AbortSignal): Promise<void> {
    const { hold, lease } = this.#options;
    for (;;) {
      if (hold.held) this.#report({ type: 'paused', by: hold.by });
      await hold.untilReleased(untilEnd);
      await lease.acquire(untilEnd, () => this.#report({ type: 'waiting' }));
      if (!hold.held) return;
      lease.release();
    }
  }

  async #send(connection: WorkerConnection): Promise<RunSummary> {
    const { request, recovery, signal, times, nextRunId, isReplaced, hold } = this.#options;
    const indexes = this.#ledger.undecided;
    const runId = nextRunId();
    const delivery = new UpdateDelivery(this.#ledgerListener(indexes));
    let abortTimer: ReturnType<typeof setTimeout> | undefined;
    const onAbort = (): void => {
      if (!connection.alive) return delivery.close();
      void connection.remote.abort(runId);
      abortTimer = setTimeout(
        () => connection.end(new Error('the step in flight did not end')),
        times.abortMs,
      );
      if (isReplaced()) delivery.close();
    };
    const documents = indexes.flatMap((index) => request.documents[index] ?? []);
    const { maxSlots } = recovery;
    const options = { ...request.options, ...(maxSlots !== undefined && { maxSlots }) };
    const listener: UpdateListener = (updates, stats) => {
      connection.heard();
      delivery.listener(updates, stats);
    };
    try {
      signal.throwIfAborted();
      const running = connection.guard(
        connection.remote.rerank({ ...request, documents, options, runId }, proxy(listener)),
        times.silentRunMs,
      );
      this.#sent = { connection, runId };
      signal.addEventListener('abort', onAbort, { once: true });
      if (hold.held) this.#pause(this.#sent);
      const summary = await running;
      await delivery.complete(summary);
      return summary;
    } catch (error) {
      // The failure may have overtaken verdicts, which decide what is left and whether the count of failures starts anew.
      this.#sent = null;
      if (!signal.aborted) await delivery.drain();
      throw error;
    } finally {
      this.#sent = null;
      delivery.close();
      clearTimeout(abortTimer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #ledgerListener(indexes: readonly number[]): UpdateListener {
    const { onUpdate, recovery } = this.#options;
    const listener = this.#ledger.beginAttempt(indexes, (updates, stats) => onUpdate?.(updates, stats));
    return (updates, stats) => {
      const { numFinished } = this.#ledger;
      listener(updates, stats);
      if (this.#ledger.numFinished > numFinished) recovery.progressed();
    };
  }

  /** Brings the worker to what the hold says now. */
  async #followHold(untilEnd: AbortSignal): Promise<void> {
    const { hold, lease } = this.#options;
    if (hold.held) this.#report({ type: 'paused', by: hold.by });
    const sent = this.#sent;
    if (!sent) return;
    if (hold.held) return this.#pause(sent);
    await lease.acquire(untilEnd, () => this.#report({ type: 'waiting' }));
    if (untilEnd.aborted || hold.held) return lease.release();
    if (this.#sent !== sent) return;
    sent.connection.rest(false);
    void sent.connection.remote.resume(sent.runId);
    this.#report({ type: 'running' });
  }

  #pause({ connection, runId }: SentRun): void {
    void connection.remote.pause(runId);
    connection.rest(true);
    this.#options.lease.release();
  }

  /** Each state once, until there is another. */
  #report(state: RunState): void {
    const key = JSON.stringify(state);
    if (key === this.#lastState) return;
    this.#lastState = key;
    this.#options.onState?.(state);
  }

  #summary(aborted: boolean): RunSummary {
    const { stats, numFinished } = this.#ledger;
    return {
      numDocuments: this.#options.request.documents.length,
      numFinished,
      aborted,
      stats: { ...stats, rowsActive: 0 },
    };
  }
}
