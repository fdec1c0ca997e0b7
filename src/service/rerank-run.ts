/**
 * One run: a request's documents through the engine to their verdicts. Where a chain needs another sequence (an answer
 * asked for, a continuation), that runs in the same engine and batch.
 */
import { Rank1Error } from '../base/errors.ts';
import { nextTask, type Gate } from '../base/async.ts';
import { Engine } from '../engine/engine.ts';
import type { Sequence } from '../engine/sequence.ts';
import type {
  RerankRequest,
  RerankUpdate,
  RunStats,
  RunSummary,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import { DEFAULT_MAX_SLOTS } from '../protocol/run-defaults.ts';
import { DocumentTally } from '../rank1/document-tally.ts';
import { findMarkerTokenIds, type MarkerTokenIds } from '../rank1/markers.ts';
import { samplingOf, type Sampling } from '../rank1/sampled-chains.ts';
import { Chain, type ChainSettings } from './chain.ts';
import { planDocuments, type PlannedDocument, type RunPlan } from './document-plan.ts';
import type { LoadedRuntime } from './loaded-runtime.ts';

/** Far below any idle timeout of those who wait. */
const HEARTBEAT_MS = 2000;

/** One chain of a document on its way. */
interface Progress {
  readonly tally: DocumentTally<Chain>;
  readonly chain: Chain;
}

export class RerankRun {
  readonly #runtime: LoadedRuntime;
  readonly #request: RerankRequest;
  readonly #onUpdates: UpdateListener;
  readonly #markers: MarkerTokenIds;
  readonly #progress = new Map<Sequence, Progress>();
  #updates: RerankUpdate[] = [];
  #numFinished = 0;
  readonly #gate: Gate;
  readonly #signal: AbortSignal;
  #pausedMs = 0;
  #sentAt = 0;

  /**
   * @param gate closed while the run is to pause; looked at between steps, as the signal is, so that whatever the run holds
   *   (slots, keys and values, half-written chains) is whole at every halt
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
    this.#markers = findMarkerTokenIds(runtime.tokenizer);
  }

  async execute(): Promise<RunSummary> {
    const startedAt = performance.now();
    const { tokenizer, spec } = this.#runtime;
    const plan = planDocuments(tokenizer, spec, this.#request, this.#runtime.defaultMaxNewTokens);
    const maxSlots = Math.max(
      1,
      Math.min(this.#request.options.maxSlots ?? DEFAULT_MAX_SLOTS, plan.documents.length * this.#numSamples),
    );
    const runner = await this.#runtime.createRunner({
      maxSlots,
      maxLength: plan.maxLength,
      maxPrefillRows: maxSlots,
      watchedTokenIds: [this.#markers.trueTokenId, this.#markers.falseTokenId],
      readsLogits: this.#sampling !== null,
    });
    const engine = new Engine(runner, { prefixTokenIds: plan.prefixTokenIds });
    const stats = (): RunStats => ({
      ...engine.stats,
      maxNewTokens: plan.maxNewTokens,
      rowsActive: engine.numRunning,
      elapsedMs: performance.now() - startedAt - this.#pausedMs,
    });
    try {
      this.#start(plan, engine);
      this.#send(stats());
      await this.#untilResumed();
      while (engine.hasWork && !this.#signal.aborted) {
        const sequences = await engine.step();
        const steppedAt = performance.now();
        this.#takeStep(sequences, engine);
        this.#send(stats());
        engine.stats.addOverhead(performance.now() - steppedAt);
        // Lets messages in: on WASM a step holds the thread, and no abort or pause would arrive.
        await nextTask();
        await this.#untilResumed();
      }
      this.#abort(engine.abortAll());
      this.#send(stats());
    } finally {
      await runner.dispose();
    }
    return {
      numDocuments: this.#request.documents.length,
      numFinished: this.#numFinished,
      aborted: this.#signal.aborted,
      stats: stats(),
    };
  }

  #start(plan: RunPlan, engine: Engine): void {
    const settings = this.#chainSettings(plan);
    for (const passages of byDocument(plan.documents)) {
      const [{ index, truncated }] = passages as [PlannedDocument];
      const prompts = passages.map(({ text, promptTokenIds, truncated, passage }) => ({
        chains: Array.from(
          { length: this.#numSamples },
          (_, sample) => new Chain(settings, text, promptTokenIds, sample),
        ),
        numPromptTokens: promptTokenIds.length,
        truncated,
        passage,
      }));
      const tally = new DocumentTally(index, prompts);
      for (const chain of prompts.flatMap(({ chains }) => chains)) {
        this.#progress.set(chain.sequence, { tally, chain });
        engine.add(chain.sequence);
      }
      this.#updates.push({ type: 'started', index, numPromptTokens: tally.numPromptTokens, truncated });
    }
    for (const { index, numPromptTokens } of plan.tooLong) {
      this.#numFinished++;
      this.#updates.push({
        type: 'finished',
        index,
        finishReason: 'prompt-too-long',
        verdict: null,
        reasoning: '',
        numPromptTokens,
        numNewTokens: 0,
        truncated: false,
      });
    }
  }

  #chainSettings({ query, maxNewTokens, maxLength }: RunPlan): ChainSettings {
    const { mode = 'reason', rethink = 0, loopGuard = false } = this.#request.options;
    const { tokenizer, spec } = this.#runtime;
    const { eosTokenIds } = spec;
    const markers = this.#markers;
    return {
      tokenizer,
      markers,
      eosTokenIds,
      mode,
      rethink,
      loopGuard,
      query,
      maxNewTokens,
      maxLength,
      sampling: this.#sampling,
    };
  }

  /** null: greedy */
  get #sampling(): Sampling | null {
    return samplingOf(this.#request.options);
  }

  get #numSamples(): number {
    return this.#sampling?.numSamples ?? 1;
  }

  #takeStep(sequences: readonly Sequence[], engine: Engine): void {
    // Rows without numbers are a document's; all rows of a batch of several documents are the device's.
    const documents = new Set(sequences.map((sequence) => this.#progressOf(sequence).tally));
    if (documents.size > 1 && sequences.every(({ finishReason }) => finishReason === 'failed'))
      throw new Rank1Error(
        'run-failed',
        'The model gave no numbers for any document of a step. Load the model again, or choose another device or dtype.',
      );
    for (const sequence of sequences) {
      const progress = this.#progressOf(sequence);
      const { tally, chain } = progress;
      const { delta, next, outcome } = chain.takeToken();
      if (delta !== '' && tally.streams) this.#updates.push({ type: 'reasoning', index: tally.index, delta });
      if (next) {
        this.#progress.delete(sequence);
        this.#progress.set(next, progress);
        // It is one step from its verdict, or has a reader that waits: it need not queue behind documents not begun.
        engine.addFirst(next);
      }
      if (!outcome) continue;
      this.#progress.delete(sequence);
      const finished = tally.end(chain, outcome);
      if (!finished) continue;
      this.#numFinished++;
      this.#updates.push(finished);
    }
  }

  #abort(sequences: readonly Sequence[]): void {
    for (const sequence of sequences) {
      const { tally, chain } = this.#progressOf(sequence);
      const finished = tally.abort(chain);
      if (finished) this.#updates.push(finished);
    }
    this.#progress.clear();
  }

  #progressOf(sequence: Sequence): Progress {
    const progress = this.#progress.get(sequence);
    if (!progress) throw new Error('a sequence of another run');
    return progress;
  }

  /** Resolves when the run may take its next step or is to end. */
  async #untilResumed(): Promise<void> {
    if (this.#gate.isOpen) return;
    const pausedAt = performance.now();
    await this.#gate.untilOpen(this.#signal).catch(() => undefined);
    this.#pausedMs += performance.now() - pausedAt;
  }

  /** Samples and passages bring nothing before a verdict, so now and then nothing is sent: a sign of life. */
  #send(stats: RunStats): void {
    const now = performance.now();
    if (this.#updates.length === 0 && now - this.#sentAt < HEARTBEAT_MS) return;
    this.#sentAt = now;
    const updates = this.#updates;
    this.#updates = [];
    this.#onUpdates(updates, stats);
  }
}

function byDocument(planned: readonly PlannedDocument[]): Iterable<readonly PlannedDocument[]> {
  const groups = new Map<number, PlannedDocument[]>();
  for (const document of planned) {
    const group = groups.get(document.index);
    if (group) group.push(document);
    else groups.set(document.index, [document]);
  }
  return groups.values();
}
