/** One run: plans a request's documents, runs them through the engine, and sends a message of updates with each step. */
import { nextTask, type Gate } from '../../base/async.ts';
import { Engine } from '../../engine/engine.ts';
import { StepStats } from '../../engine/step-stats.ts';
import type {
  RerankRequest,
  RerankUpdate,
  RunStats,
  RunSummary,
  UpdateListener,
} from '../../protocol/rerank-api.ts';
import { DEFAULT_MAX_SLOTS, HEARTBEAT_MS } from '../../protocol/run-defaults.ts';
import { checkChainOptions } from '../../protocol/run-options.ts';
import { findMarkerTokenIds, watchedTokenIds, type MarkerTokenIds } from '../../rank1/markers.ts';
import { samplingOf, type Sampling } from '../../rank1/sampled-chains.ts';
import type { ChainSettings } from './chain.ts';
import { DocumentPlanner, type PlannedDocument } from './document-plan.ts';
import { DocumentsInProgress, notJudged } from './documents-in-progress.ts';
import { FailedRows } from './failed-rows.ts';
import type { LoadedRuntime } from './loaded-runtime.ts';

/** Documents encoded before the first step; the longest determines the row length. */
const NUM_FIRST_DOCUMENTS = 128;
/** Time that encoding may block the thread before abort, pause and the next step get their turn. */
const PLAN_SLICE_MS = 50;
/**
 * On WASM every row lengthens a step, so two rows run alone up to a first verdict:
 * docs/decisions/0021-first-rows.md.
 */
export const WASM_LEAD = { leadRows: 2, leadSteps: 96 };

export class RerankRun {
  readonly #runtime: LoadedRuntime;
  readonly #request: RerankRequest;
  readonly #onUpdates: UpdateListener;
  readonly #markers: MarkerTokenIds;
  #updates: RerankUpdate[] = [];
  readonly #planner: DocumentPlanner;
  readonly #stats = new StepStats();
  readonly #failedRows = new FailedRows();
  /** that of the current round */
  #engine: Engine | null = null;
  readonly #startedAt = performance.now();
  readonly #finished = new Set<number>();
  /** `#finished` without aborted documents */
  #numFinished = 0;
  readonly #gate: Gate;
  readonly #signal: AbortSignal;
  #pausedMs = 0;
  #sentAt = 0;

  /**
   * @param gate closed while the run is paused. Checked between steps, like the signal, so that everything the run
   *   holds (slots, keys and values, partial chains) is consistent whenever it stops.
   */
  constructor(
    runtime: LoadedRuntime,
    request: RerankRequest,
    onUpdates: UpdateListener,
    gate: Gate,
    signal: AbortSignal,
  ) {
    this.#gate = gate;
    this.#signal = signal;
    this.#runtime = runtime;
    this.#request = request;
    this.#onUpdates = onUpdates;
    const { tokenizer, spec, profile, defaultMaxNewTokens } = runtime;
    checkChainOptions({ canReason: profile.chain === 'think' }, request.options);
    this.#markers = findMarkerTokenIds(tokenizer, profile);
    this.#planner = new DocumentPlanner(tokenizer, spec, profile, request, defaultMaxNewTokens);
  }

  async execute(): Promise<RunSummary> {
    let planned = await this.#planFirst();
    while (planned.length > 0 && !this.#signal.aborted) planned = await this.#runRound(planned);
    if (!this.#signal.aborted) this.#take(this.#failedRows.end());
    const { documents } = this.#request;
    // Documents that were never begun.
    for (const index of documents.keys())
      if (!this.#finished.has(index)) this.#take([notJudged(index, 'aborted')]);
    this.#send();
    return {
      numDocuments: documents.length,
      numFinished: this.#numFinished,
      aborted: this.#signal.aborted,
      stats: this.#currentStats,
    };
  }

  async #planFirst(): Promise<readonly PlannedDocument[]> {
    const planned: PlannedDocument[] = [];
    while (planned.length < NUM_FIRST_DOCUMENTS && !this.#planner.isDone && !this.#signal.aborted) {
      planned.push(...this.#planSlice(NUM_FIRST_DOCUMENTS - planned.length));
      if (this.#planner.isDone) break;
      this.#send();
      await nextTask();
      await this.#untilResumed();
    }
    return planned;
  }

  /** Plans at least one document, up to `maxDocuments` or one time slice. */
  #planSlice(maxDocuments: number): PlannedDocument[] {
    const planned: PlannedDocument[] = [];
    const endsAt = performance.now() + PLAN_SLICE_MS;
    do {
      const document = this.#planner.next();
      if (!document) break;
      planned.push(document);
    } while (planned.length < maxDocuments && performance.now() < endsAt);
    return planned;
  }

  /**
   * Runs these documents, and any later ones that fit the same row length, in one engine.
   * @returns documents that need longer rows
   */
  async #runRound(planned: readonly PlannedDocument[]): Promise<readonly PlannedDocument[]> {
    const numSequences = this.#planner.isDone ? this.#numSequences(planned) : Infinity;
    const maxSlots = Math.max(1, Math.min(this.#request.options.maxSlots ?? DEFAULT_MAX_SLOTS, numSequences));
    const maxLength = this.#planner.lengthFor(planned);
    const { reasons } = this.#planner;
    const { profile } = this.#runtime;
    const runner = await this.#runtime.createRunner({
      maxSlots,
      maxLength,
      maxPrefillRows: maxSlots,
      watchedTokenIds: watchedTokenIds(this.#markers),
      readsLogits: this.#sampling !== null || (reasons !== 'none' && profile.quoteCue !== null),
      scoresOnly: reasons === 'none',
    });
    const engine = new Engine(runner, {
      prefixTokenIds: this.#planner.prefixOf(planned),
      stats: this.#stats,
      ...(this.#runtime.device === 'wasm' && WASM_LEAD),
    });
    const inProgress = new DocumentsInProgress(engine, this.#chainSettings(maxLength), this.#numSamples);
    const later: PlannedDocument[] = [];
    this.#engine = engine;
    try {
      for (const document of this.#inOrderOfWork(planned)) this.#take(inProgress.add(document));
      await this.#untilResumed();
      while ((engine.hasWork || !this.#planner.isDone) && !this.#signal.aborted) {
        if (engine.numWaiting < 2 * maxSlots) {
          for (const document of this.#planSlice(2 * maxSlots)) {
            if (this.#planner.lengthFor([document]) > maxLength) later.push(document);
            else this.#take(inProgress.add(document));
          }
        }
        // One message a step: what came of the last one, and what this one begins with.
        const sequences = await engine.step((begun) =>
          this.#asOverhead(() => {
            this.#take(inProgress.beginStep(begun));
            this.#send();
          }),
        );
        this.#asOverhead(() => this.#take(this.#failedRows.take(sequences, inProgress.takeStep(sequences))));
        // Lets messages in: on WASM a step blocks the thread, so no abort or pause could arrive.
        await nextTask();
        await this.#untilResumed();
      }
      this.#take(inProgress.abortAll());
      this.#send();
    } finally {
      this.#engine = null;
      await runner.dispose();
    }
    return later;
  }

  /**
   * Scores without reasoning run by length, which saves padding; chains, which readers follow, in the caller's order.
   */
  #inOrderOfWork(planned: readonly PlannedDocument[]): readonly PlannedDocument[] {
    return this.#planner.reasons === 'none'
      ? planned.toSorted((a, b) => a.numPromptTokens - b.numPromptTokens)
      : planned;
  }

  #numSequences(documents: readonly PlannedDocument[]): number {
    return documents.reduce((sum, { prompts }) => sum + prompts.length, 0) * this.#numSamples;
  }

  #take(updates: readonly RerankUpdate[]): void {
    for (const update of updates) {
      this.#updates.push(update);
      if (update.type !== 'finished') continue;
      this.#finished.add(update.index);
      if (update.finishReason !== 'aborted') this.#numFinished++;
    }
  }

  #chainSettings(maxLength: number): ChainSettings {
    const { query, reasons, maxNewTokens } = this.#planner;
    const { rethink = 0, loopGuard = false } = this.#request.options;
    const { tokenizer, spec, profile } = this.#runtime;
    const { eosTokenIds } = spec;
    const markers = this.#markers;
    return {
      profile,
      tokenizer,
      markers,
      eosTokenIds,
      reasons,
      rethink,
      loopGuard,
      query,
      maxNewTokens,
      maxLength,
      sampling: this.#sampling,
    };
  }

  get #currentStats(): RunStats {
    return {
      ...this.#stats,
      maxNewTokens: this.#planner.maxNewTokens,
      rowsActive: this.#engine?.numRunning ?? 0,
      elapsedMs: performance.now() - this.#startedAt - this.#pausedMs,
    };
  }

  /** null: greedy */
  get #sampling(): Sampling | null {
    return samplingOf(this.#request.options);
  }

  get #numSamples(): number {
    return this.#sampling?.numSamples ?? 1;
  }

  #asOverhead(work: () => void): void {
    const startedAt = performance.now();
    work();
    this.#stats.addOverhead(performance.now() - startedAt);
  }

  /** Resolves when the run may take its next step or is to end. */
  async #untilResumed(): Promise<void> {
    if (this.#gate.isOpen) return;
    this.#send();
    const pausedAt = performance.now();
    await this.#gate.untilOpen(this.#signal).catch(() => undefined);
    this.#pausedMs += performance.now() - pausedAt;
  }

  /** Samples and passages send nothing before a verdict, so an empty update serves as a heartbeat. */
  #send(): void {
    const now = performance.now();
    if (this.#updates.length === 0 && now - this.#sentAt < HEARTBEAT_MS) return;
    this.#sentAt = now;
    const updates = this.#updates;
    this.#updates = [];
    this.#onUpdates(updates, this.#currentStats);
  }
}
