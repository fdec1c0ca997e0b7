/**
 * One chain on a remote engine: the chain itself, its continuations, and the question for an answer where none came, each a
 * completion. Knows what is asked next and when it is enough; `chain-stream.ts` asks.
 */
import { cutText } from '../passages/cut-text.ts';
import type { FinishReason, RerankUpdate, Verdict } from '../protocol/rerank-api.ts';
import { ANSWERS, CLOSE_MARKER } from '../rank1/markers.ts';
import {
  forcedPromptText,
  INSTANT_REASONING,
  promptText,
  RETHINK_CUE,
  trimToLastSentence,
} from '../rank1/prompt.ts';
import { answerVerdict } from './answer-verdict.ts';
import { ChainStream, type ChainStreamSettings, type Thought } from './chain-stream.ts';
import type { FittedDocument } from './fitted-document.ts';
import { ContextFault } from './remote-fault.ts';

export interface RemoteChainSettings extends ChainStreamSettings {
  readonly maxNewTokens: number;
  /** the query as it stands in the prompt */
  readonly query: string;
}

type FinishedUpdate = Extract<RerankUpdate, { type: 'finished' }>;

export class RemoteChain {
  readonly #settings: RemoteChainSettings;
  readonly #document: FittedDocument;
  readonly #index: number;
  readonly #stream: ChainStream;

  constructor(
    settings: RemoteChainSettings,
    document: FittedDocument,
    index: number,
    report: (update: RerankUpdate) => void,
  ) {
    this.#settings = settings;
    this.#document = document;
    this.#index = index;
    this.#stream = new ChainStream(settings, index, () => document.truncated, report);
  }

  /** @throws Rank1Error or the signal's reason */
  async judge(): Promise<FinishedUpdate> {
    for (;;) {
      const { text } = this.#document;
      try {
        return await this.#judge(text);
      } catch (error) {
        if (!(error instanceof ContextFault)) throw error;
        if (!(await this.#document.cut(text))) return this.finished('prompt-too-long', null);
        this.#stream.clear();
      }
    }
  }

  /** The document's last update. */
  finished(finishReason: FinishReason, verdict: Verdict | null): FinishedUpdate {
    const { reasoning, numPromptTokens, numNewTokens } = this.#stream;
    return {
      type: 'finished',
      index: this.#index,
      finishReason,
      verdict,
      reasoning: reasoning.trim(),
      numPromptTokens,
      numNewTokens,
      truncated: this.#document.truncated,
    };
  }

  async #judge(document: string): Promise<FinishedUpdate> {
    const { query, options, maxNewTokens } = this.#settings;
    if (options.mode === 'instant') {
      const verdict = await this.#ask(document, INSTANT_REASONING);
      return verdict
        ? this.finished('verdict', { ...verdict, forced: false })
        : this.finished('failed', null);
    }
    const numEarlierTokens = this.#stream.numNewTokens; // of a chain that was given up
    let last: Verdict | null = null;
    for (let round = 0; ; round++) {
      const left = maxNewTokens + numEarlierTokens - this.#stream.numNewTokens;
      if (last && (round > (options.rethink ?? 0) || left < 1)) return this.finished('verdict', last);
      if (last) this.#stream.goOn(RETHINK_CUE);
      const prompt = promptText(query, document) + this.#stream.before;
      let thought: Thought;
      try {
        thought = await this.#stream.think(prompt, Math.max(1, left));
      } catch (error) {
        // No room to think on: the verdict that is there stands.
        if (last && error instanceof ContextFault) return this.finished('verdict', last);
        throw error;
      }
      if (thought.label === null && !thought.isCut)
        return this.#force(document, thought.loops ? 'loop' : 'length');
      last = await this.#read(prompt, thought);
      if (!last) return this.finished('failed', null);
    }
  }

  /** The verdict of the step that answered; where it did not come with the answer, that step is asked for again. */
  async #read(prompt: string, { reasoning, label, lastStep }: Thought): Promise<Verdict | null> {
    // What a server calls logprobs of a sampled token may be those at its temperature; the score is that of the model.
    const isThere = !this.#settings.sampling && label !== null && lastStep?.token === ANSWERS[label];
    const verdict = isThere ? answerVerdict(lastStep.topLogprobs, label) : null;
    if (verdict) return verdict;
    const step = await this.#stream.answerStep(prompt + reasoning + CLOSE_MARKER);
    const asked = answerVerdict(step.topLogprobs, label ?? undefined);
    return asked && { ...asked, forced: false };
  }

  /** The verdict of a chain that came to none. */
  async #force(document: string, finishReason: 'length' | 'loop'): Promise<FinishedUpdate> {
    let reasoning = trimToLastSentence(this.#stream.reasoning);
    for (;;) {
      try {
        const verdict = await this.#ask(document, reasoning);
        return verdict ? this.finished(finishReason, verdict) : this.finished('failed', null);
      } catch (error) {
        // Encoding the chain anew may take a few tokens more; its end gives way.
        if (!(error instanceof ContextFault) || reasoning === '') throw error;
        reasoning = trimToLastSentence(cutText(reasoning, Math.floor(reasoning.length * 0.9)));
      }
    }
  }

  async #ask(document: string, reasoning: string): Promise<Verdict | null> {
    const step = await this.#stream.answerStep(forcedPromptText(this.#settings.query, document, reasoning));
    return answerVerdict(step.topLogprobs);
  }
}
