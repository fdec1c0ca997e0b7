/**
 * One run: a request's documents through the engine to their verdicts. Where a chain needs another sequence (an answer
 * asked for, a continuation), that runs in the same engine and batch.
 */
import { Engine } from '../engine/engine.ts';
import type { Sequence } from '../engine/sequence.ts';
import type {
  RerankRequest,
  RerankUpdate,
  RunStats,
  RunSummary,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import { findMarkerTokenIds, type MarkerTokenIds } from '../rank1/markers.ts';
import { Chain, type ChainSettings } from './chain.ts';
import { planDocuments, type PlannedDocument, type RunPlan } from './document-plan.ts';
import { DocumentTally } from './document-tally.ts';
import type { LoadedRuntime } from './rerank-service.ts';

const DEFAULT_MAX_SLOTS = 16;

/** A document, or a passage of one, on its way. */
interface Progress {
  readonly passage: PlannedDocument;
  readonly tally: DocumentTally;
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
  readonly #signal: AbortSignal;

  /** @param signal ends the run when the step in flight is done */
  constructor(
    runtime: LoadedRuntime,
    request: RerankRequest,
    onUpdates: UpdateListener,
    signal: AbortSignal,
  ) {
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
      Math.min(this.#request.options.maxSlots ?? DEFAULT_MAX_SLOTS, plan.documents.length),
    );
    const runner = this.#runtime.createRunner({
      maxSlots,
      maxLength: plan.maxLength,
      maxPrefillRows: maxSlots,
      watchedTokenIds: [this.#markers.trueTokenId, this.#markers.falseTokenId],
    });
    const engine = new Engine(runner);
    const stats = (): RunStats => ({
      ...engine.stats,
      rowsActive: engine.numRunning,
      elapsedMs: performance.now() - startedAt,
    });
    try {
      this.#start(plan, engine);
      this.#send(stats());
      while (engine.hasWork && !this.#signal.aborted) {
        this.#takeStep(await engine.step(), engine);
        this.#send(stats());
        await nextTask();
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
      const tally = new DocumentTally(passages);
      for (const passage of passages) {
        const chain = new Chain(settings, passage.text, passage.promptTokenIds);
        this.#progress.set(chain.sequence, { passage, tally, chain });
        engine.add(chain.sequence);
      }
      const [{ index, promptTokenIds, truncated }] = passages as [PlannedDocument];
      this.#updates.push({ type: 'started', index, numPromptTokens: promptTokenIds.length, truncated });
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
    const { mode = 'reason', rethink = 0, loopGuard = true } = this.#request.options;
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
    };
  }

  #takeStep(sequences: readonly Sequence[], engine: Engine): void {
    for (const sequence of sequences) {
      const progress = this.#progressOf(sequence);
      const { passage, tally, chain } = progress;
      const { delta, next, outcome } = chain.takeToken();
      // Passages are read side by side: their chains would be one jumble.
      if (delta !== '' && tally.numPassages === 1)
        this.#updates.push({ type: 'reasoning', index: tally.index, delta });
      if (next) {
        this.#progress.delete(sequence);
        this.#progress.set(next, progress);
        engine.add(next);
      }
      if (!outcome) continue;
      this.#progress.delete(sequence);
      const finished = tally.judge(passage, chain, outcome.finishReason, outcome.verdict);
      if (!finished) continue;
      this.#numFinished++;
      this.#updates.push(finished);
    }
  }

  #abort(sequences: readonly Sequence[]): void {
    for (const sequence of sequences) {
      const { passage, tally, chain } = this.#progressOf(sequence);
      const finished = tally.abort(passage, chain);
      if (finished) this.#updates.push(finished);
    }
    this.#progress.clear();
  }

  #progressOf(sequence: Sequence): Progress {
    const progress = this.#progress.get(sequence);
    if (!progress) throw new Error('a sequence of another run');
    return progress;
  }

  #send(stats: RunStats): void {
    if (this.#updates.length === 0) return;
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

/** Lets messages in: on WASM a step holds the thread, and without a task in between no abort would arrive. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
