/**
 * One run: a request's documents through the engine to their verdicts. A chain that ends without an answer
 * is asked once more, as the reference does (see `encodeForcedPrompt`), in the same engine and batch.
 */
import { Engine } from '../engine/engine.ts';
import { Sequence } from '../engine/sequence.ts';
import type {
  FinishReason,
  RerankRequest,
  RerankUpdate,
  RunStats,
  RunSummary,
  UpdateListener,
  Verdict,
} from '../protocol/rerank-api.ts';
import { ChainReader } from '../rank1/chain-reader.ts';
import { findMarkerTokenIds, type MarkerTokenIds } from '../rank1/markers.ts';
import { encodeForcedPrompt, trimToLastSentence } from '../rank1/prompt.ts';
import { makeVerdict } from '../rank1/verdict.ts';
import { cutText } from './cut-text.ts';
import { planDocuments, type PlannedDocument, type RunPlan } from './document-plan.ts';
import type { LoadedRuntime } from './rerank-service.ts';

const DEFAULT_MAX_SLOTS = 16;

/** A document on its way; `reader` follows its chain, `forced` is set once the answer is asked for. */
interface Progress {
  readonly document: PlannedDocument;
  readonly reader: ChainReader;
  numNewTokens: number;
  forcedLogits: Float32Array | null;
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
        this.#takeStep(await engine.step(), plan, engine);
        this.#send(stats());
        await nextTask();
      }
      for (const sequence of engine.abortAll()) this.#finish(sequence, 'aborted', null);
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
    for (const document of plan.documents) {
      const { index, promptTokenIds, truncated } = document;
      this.#updates.push({ type: 'started', index, numPromptTokens: promptTokenIds.length, truncated });
      const reader = new ChainReader(this.#runtime.tokenizer, this.#markers, this.#runtime.spec.eosTokenIds);
      const { maxNewTokens } = plan;
      const sequence = new Sequence({ promptTokenIds, maxNewTokens, stopCondition: reader });
      this.#progress.set(sequence, { document, reader, numNewTokens: 0, forcedLogits: null });
      engine.add(sequence);
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

  #takeStep(sequences: readonly Sequence[], plan: RunPlan, engine: Engine): void {
    for (const sequence of sequences) {
      const progress = this.#progressOf(sequence);
      progress.numNewTokens++;
      if (progress.forcedLogits) {
        this.#finish(sequence, 'length', makeVerdict(progress.forcedLogits));
        continue;
      }
      const delta = progress.reader.takeDelta();
      if (delta !== '') this.#updates.push({ type: 'reasoning', index: progress.document.index, delta });
      if (sequence.finishReason === null) continue;
      if (progress.reader.verdict) this.#finish(sequence, 'verdict', progress.reader.verdict);
      else this.#force(sequence, progress, plan, engine);
    }
  }

  /** Queues the prompt that asks for the answer; one step, whose answer logits are the verdict. */
  #force(sequence: Sequence, progress: Progress, plan: RunPlan, engine: Engine): void {
    const { tokenizer } = this.#runtime;
    const { document } = progress;
    const prompt = (reasoning: string) =>
      encodeForcedPrompt(tokenizer, plan.query, document.text, trimToLastSentence(reasoning));
    let promptTokenIds = prompt(progress.reader.reasoning);
    // Re-encoding may need a few tokens more than were generated; the end of the chain gives way.
    for (let kept = progress.reader.reasoning; promptTokenIds.length > plan.maxLength && kept !== '';) {
      kept = cutText(kept, Math.floor(kept.length * 0.9));
      promptTokenIds = prompt(kept);
    }
    const forced = new Sequence({
      promptTokenIds,
      maxNewTokens: 1,
      stopCondition: {
        next: (_tokenId, watchedLogits) => {
          progress.forcedLogits = watchedLogits.slice();
          return 'finish';
        },
      },
    });
    this.#progress.delete(sequence);
    this.#progress.set(forced, progress);
    engine.add(forced);
  }

  #finish(sequence: Sequence, finishReason: FinishReason, verdict: Verdict | null): void {
    const { document, reader, numNewTokens } = this.#progressOf(sequence);
    this.#progress.delete(sequence);
    if (finishReason !== 'aborted') this.#numFinished++;
    this.#updates.push({
      type: 'finished',
      index: document.index,
      finishReason,
      verdict,
      reasoning: reader.reasoning.trim(),
      numPromptTokens: document.promptTokenIds.length,
      numNewTokens,
      truncated: document.truncated,
    });
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
