/**
 * The unfinished documents of a run: which sequence belongs to which chain of which document. Turns a step's tokens
 * into updates, and queues a chain's next sequence (a forced answer, a continuation). A document has started once a
 * step has begun with it, not when it is queued: after a failure, that tells which documents may be the cause.
 */
import { assert } from '../../base/assert.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Sequence } from '../../engine/sequence.ts';
import type { FinishedUpdate, RerankUpdate } from '../../protocol/rerank-api.ts';
import { DocumentTally } from '../../rank1/document-tally.ts';
import { Chain, type ChainSettings } from './chain.ts';
import type { PlannedDocument } from './document-plan.ts';

/** A chain in progress. */
interface Progress {
  readonly tally: DocumentTally<Chain>;
  readonly chain: Chain;
}

export class DocumentsInProgress {
  readonly #engine: Engine;
  readonly #settings: ChainSettings;
  readonly #numSamples: number;
  readonly #progress = new Map<Sequence, Progress>();
  /** The updates of documents that no step has begun with. */
  readonly #toStart = new Map<DocumentTally<Chain>, RerankUpdate>();

  /** @param numSamples chains per prompt */
  constructor(engine: Engine, settings: ChainSettings, numSamples: number) {
    this.#engine = engine;
    this.#settings = settings;
    this.#numSamples = numSamples;
  }

  /** Queues all chains of a document. Without a prompt it is finished at once. */
  add({ index, prompts, numPromptTokens, maxTokens }: PlannedDocument): RerankUpdate[] {
    const [first] = prompts;
    if (!first) return [{ ...notJudged(index, 'prompt-too-long'), numPromptTokens, maxTokens }];
    const tallied = prompts.map(({ text, promptTokenIds, truncated, passage }) => ({
      chains: Array.from(
        { length: this.#numSamples },
        (_, sample) => new Chain(this.#settings, text, promptTokenIds, sample),
      ),
      numPromptTokens: promptTokenIds.length,
      truncated,
      passage,
    }));
    const tally = new DocumentTally(index, tallied);
    for (const chain of tallied.flatMap(({ chains }) => chains)) {
      this.#progress.set(chain.sequence, { tally, chain });
      this.#engine.add(chain.sequence);
    }
    this.#toStart.set(tally, { type: 'started', index, numPromptTokens, truncated: first.truncated });
    return [];
  }

  /** @param sequences of the step that is about to run */
  beginStep(sequences: readonly Sequence[]): RerankUpdate[] {
    return sequences.flatMap((sequence) => {
      const { tally } = this.#progressOf(sequence);
      const started = this.#toStart.get(tally);
      this.#toStart.delete(tally);
      return started ?? [];
    });
  }

  /** @param sequences as `Engine.step` returned them */
  takeStep(sequences: readonly Sequence[]): RerankUpdate[] {
    return sequences.flatMap((sequence) => this.#takeToken(sequence));
  }

  /** Ends every document as aborted, with its reasoning so far. */
  abortAll(): FinishedUpdate[] {
    const finished = this.#engine.abortAll().flatMap((sequence) => {
      const { tally, chain } = this.#progressOf(sequence);
      return tally.abort(chain) ?? [];
    });
    this.#progress.clear();
    return finished;
  }

  #takeToken(sequence: Sequence): RerankUpdate[] {
    const progress = this.#progressOf(sequence);
    const { tally, chain } = progress;
    const updates: RerankUpdate[] = [];
    const { delta, next, outcome } = chain.takeToken();
    if (delta !== '' && tally.streams) updates.push({ type: 'reasoning', index: tally.index, delta });
    if (next) {
      this.#progress.delete(sequence);
      this.#progress.set(next, progress);
      // Ahead of documents not yet begun: it is one step from its verdict, or a reader is following it.
      this.#engine.addFirst(next);
    }
    if (!outcome) return updates;
    this.#progress.delete(sequence);
    const finished = tally.end(chain, outcome);
    return finished ? [...updates, finished] : updates;
  }

  #progressOf(sequence: Sequence): Progress {
    const progress = this.#progress.get(sequence);
    assert(progress, 'every sequence of the engine belongs to a chain in progress');
    return progress;
  }
}

export function notJudged(index: number, finishReason: 'aborted' | 'prompt-too-long'): FinishedUpdate {
  const counts = { numPromptTokens: 0, numNewTokens: 0 };
  return { type: 'finished', index, finishReason, verdict: null, reasoning: '', truncated: false, ...counts };
}
