/** The page of the fault suite: runs one list of documents through `Reranker` on workers that fail as planned. */
import { nextTask } from '../../src/base/async.ts';
import type { Page } from '../../src/client/hold.ts';
import type { FaultTimes } from '../../src/client/recovery.ts';
import { Reranker } from '../../src/client/reranker.ts';
import type { RunState } from '../../src/client/run-state.ts';
import { WorkerPort } from '../../src/client/worker-port.ts';
import { isRank1Error } from '../../src/base/errors.ts';
import type { RerankUpdate } from '../../src/protocol/rerank-api.ts';
import {
  FAULT_TIMES,
  type AskedMessage,
  type FaultPlan,
  type PageEvent,
  type PageEventMessage,
} from '../fakes/fault-plan.ts';

export interface FaultCase {
  /** Faults of the first worker, the second, and so on; later workers have none. */
  readonly plans: readonly (FaultPlan | null)[];
  /** Something the page does as soon as the run recovers. */
  readonly whileRecovering?: 'abort' | 'dispose' | 'rerank' | 'pause';
  readonly faultTimes?: Partial<FaultTimes>;
}

export interface FaultOutcome {
  /** by document: label and logit difference, or the reason why there is none; null when it never finished */
  readonly verdicts: readonly (string | null)[];
  /** requests of each worker, in start order */
  readonly asked: readonly AskedOfWorker[];
  readonly summary: { readonly numFinished: number; readonly aborted: boolean } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly states: readonly RunState['type'][];
  /** after which the run recovered: code and sentence */
  readonly failures: readonly { readonly code: string; readonly message: string }[];
  /** workers that were started, and those that were never ended */
  readonly numWorkers: number;
  readonly numAlive: number;
  /** bytes that the last worker's runners hold */
  readonly numBytes: number;
}

export interface AskedOfWorker {
  readonly device: string | null;
  /** of all its requests */
  readonly numDocuments: number;
  readonly maxSlots: number | null;
  /** documents without a verdict when the worker was started */
  readonly numUndecided: number;
}

const DOCUMENTS = [
  'tea',
  'milk',
  'green tea with a long text behind it',
  '',
  'cake and tea',
  'rum',
  'tea',
  'water',
];
const QUERY = 'What is tea?';
const MODEL = { model: 'https://models.test/scripted/' };

class FakePage extends EventTarget implements Page {
  visibilityState: DocumentVisibilityState = 'visible';
}

class FaultRun {
  readonly #case: FaultCase;
  readonly #page = new FakePage();
  readonly #workers: Worker[] = [];
  readonly #ended = new Set<Worker>();
  readonly #finished: Extract<RerankUpdate, { type: 'finished' }>[] = [];
  readonly #asked: AskedOfWorker[] = [];
  readonly #states: RunState['type'][] = [];
  readonly #failures: { code: string; message: string }[] = [];
  readonly #reranker: Reranker;
  #abort = new AbortController();

  constructor(faultCase: FaultCase) {
    this.#case = faultCase;
    this.#reranker = new Reranker({
      ...MODEL,
      createWorker: () => this.#createWorker(),
      faultTimes: { ...FAULT_TIMES, ...faultCase.faultTimes },
      page: this.#page,
      whenHidden: 'pause',
      lock: false,
    });
  }

  async run(): Promise<FaultOutcome> {
    let summary: FaultOutcome['summary'] = null;
    let error: FaultOutcome['error'] = null;
    try {
      await this.#reranker.load({ onState: (state) => this.#onState(state) });
      summary = await this.#rerank();
    } catch (reason) {
      error = isRank1Error(reason)
        ? { code: reason.code, message: reason.message }
        : { code: 'none', message: String(reason) };
    }
    const last = this.#workers.at(-1);
    const isAlive = last !== undefined && !this.#ended.has(last);
    const port = isAlive ? new WorkerPort<{ numBytes(): number }>(last, 'is asked') : null;
    const numBytes = (await port?.call('numBytes', [])) ?? 0;
    const numAlive = this.#workers.length - this.#ended.size;
    this.#reranker.dispose();
    return {
      verdicts: DOCUMENTS.map((_, index) => this.#verdictOf(index)),
      asked: this.#asked,
      summary,
      error,
      states: this.#states,
      failures: this.#failures,
      numWorkers: this.#workers.length,
      numAlive,
      numBytes,
    };
  }

  async #rerank(): Promise<FaultOutcome['summary']> {
    const { signal } = this.#abort;
    const call = this.#reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS,
      maxSlots: 3,
      signal,
      onState: (state) => this.#onState(state),
      onUpdate: (updates) => {
        for (const update of updates)
          if (update.type === 'finished' && update.finishReason !== 'aborted') this.#finished.push(update);
      },
    });
    const aborted = await call.then(
      () => false,
      (error: unknown) => {
        if (signal.aborted) return true;
        throw error;
      },
    );
    while (this.#reranker.busy && aborted) await nextTask(); // the step in flight
    return { numFinished: this.#finished.length, aborted };
  }

  #verdictOf(index: number): string | null {
    const update = this.#finished.find((candidate) => candidate.index === index);
    if (!update) return null;
    const { verdict, finishReason, reasoning } = update;
    return verdict ? `${verdict.label} ${verdict.logitDifference} ${reasoning}` : finishReason;
  }

  #onState(state: RunState): void {
    this.#states.push(state.type);
    if (state.type !== 'recovering') return;
    this.#failures.push({ code: state.code, message: state.message });
    const { whileRecovering } = this.#case;
    if (whileRecovering === 'abort') this.#abort.abort();
    if (whileRecovering === 'dispose') this.#reranker.dispose();
    if (whileRecovering === 'pause') this.#befall('pause');
    if (whileRecovering === 'rerank') this.#rerank().catch(() => undefined); // it is disposed of with the first
  }

  #createWorker(): Worker {
    const worker = new Worker(new URL('./faulty.worker.ts', import.meta.url), { type: 'module' });
    const terminate = worker.terminate.bind(worker);
    worker.terminate = () => {
      this.#ended.add(worker);
      terminate();
    };
    worker.postMessage({ plan: this.#case.plans[this.#workers.length] ?? null });
    const place = this.#workers.length;
    const numUndecided = DOCUMENTS.length - new Set(this.#finished.map(({ index }) => index)).size;
    this.#asked[place] = { device: null, numDocuments: 0, maxSlots: null, numUndecided };
    worker.addEventListener('message', ({ data }: MessageEvent<Partial<PageEventMessage & AskedMessage>>) => {
      if (data.asked) this.#tookRequest(place, data.asked);
      if (data.pageEvent === 'unreadable') worker.dispatchEvent(new MessageEvent('messageerror'));
      else if (data.pageEvent) this.#befall(data.pageEvent);
    });
    this.#workers.push(worker);
    return worker;
  }

  #tookRequest(place: number, { numDocuments = 0, ...rest }: AskedMessage['asked']): void {
    const asked = this.#asked[place];
    if (asked) this.#asked[place] = { ...asked, ...rest, numDocuments: asked.numDocuments + numDocuments };
  }

  /** Holds last for a few tasks, so that the run comes to its next halt. */
  #befall(event: PageEvent): void {
    if (event === 'abort') this.#abort.abort();
    if (event === 'dispose') this.#reranker.dispose();
    if (event === 'pause') {
      this.#reranker.pause();
      setTimeout(() => this.#reranker.resume(), 20);
    }
    if (event === 'freeze') {
      this.#page.dispatchEvent(new Event('freeze'));
      setTimeout(() => this.#page.dispatchEvent(new Event('resume')), 20);
    }
    if (event === 'hide') {
      this.#setVisibility('hidden');
      setTimeout(() => this.#setVisibility('visible'), 20);
    }
  }

  #setVisibility(state: DocumentVisibilityState): void {
    this.#page.visibilityState = state;
    this.#page.dispatchEvent(new Event('visibilitychange'));
  }
}

const runFaultCase = (faultCase: FaultCase): Promise<FaultOutcome> => new FaultRun(faultCase).run();

export interface FaultHarness {
  runFaultCase(faultCase: FaultCase): Promise<FaultOutcome>;
}

(globalThis as unknown as { faults: FaultHarness }).faults = { runFaultCase };
