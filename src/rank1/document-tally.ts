/**
 * Combines the chains of one document: samples of a prompt, passages of a document. The document is finished when its
 * last chain ends. A prompt's verdict is the mean of its samples; the document's is that of the passage with the
 * highest logit difference. Invariant: a document is finished once.
 */
import type { TextRange } from '../passages/split-passages.ts';
import type { FinishedUpdate } from '../protocol/rerank-api.ts';
import type { ChainOutcome } from './chain-protocol.ts';
import { promptOutcome } from './sampled-chains.ts';

export interface TalliedChain {
  /** so far; of a request that was retried, only those of its last attempt */
  readonly numNewTokens: number;
  /** so far */
  readonly reasoning: string;
}

/** A document, or one passage of it. */
export interface TalliedPrompt<Chain extends TalliedChain> {
  /** at least one */
  readonly chains: readonly Chain[];
  readonly numPromptTokens: number;
  readonly truncated: boolean;
  /** null if the document was not split */
  readonly passage: TextRange | null;
}

export class DocumentTally<Chain extends TalliedChain> {
  readonly index: number;
  readonly #prompts: readonly TalliedPrompt<Chain>[];
  readonly #outcomes = new Map<Chain, ChainOutcome>();
  #isFinished = false;

  /** @param prompts at least one, in the document's order */
  constructor(index: number, prompts: readonly TalliedPrompt<Chain>[]) {
    this.index = index;
    this.#prompts = prompts;
  }

  /** Whether reasoning is streamed: only for a single chain, since parallel ones would be interleaved. */
  get streams(): boolean {
    return this.#prompts.length === 1 && this.#prompts[0]?.chains.length === 1;
  }

  /** over all passages; a prompt with several samples counts once */
  get numPromptTokens(): number {
    return this.#prompts.reduce((sum, prompt) => sum + prompt.numPromptTokens, 0);
  }

  /** @returns the document's final update if this was its last chain */
  end(chain: Chain, outcome: ChainOutcome): FinishedUpdate | null {
    this.#outcomes.set(chain, outcome);
    if (this.#isFinished || !this.#chains.every((one) => this.#outcomes.has(one))) return null;
    this.#isFinished = true;
    return this.#prompts.map((prompt) => this.#judged(prompt)).reduce(better);
  }

  /** @returns the document's final update, once, if the run ends while `chain` is in progress */
  abort(chain: Chain): FinishedUpdate | null {
    if (this.#isFinished) return null;
    this.#isFinished = true;
    const prompt = this.#prompts.find(({ chains }) => chains.includes(chain));
    return {
      ...this.#counts,
      finishReason: 'aborted',
      verdict: null,
      reasoning: chain.reasoning.trim(),
      truncated: prompt?.truncated ?? false,
    };
  }

  get #chains(): readonly Chain[] {
    return this.#prompts.flatMap(({ chains }) => chains);
  }

  get #counts() {
    const numNewTokens = this.#chains.reduce((sum, chain) => sum + chain.numNewTokens, 0);
    return {
      type: 'finished' as const,
      index: this.index,
      numPromptTokens: this.numPromptTokens,
      numNewTokens,
    };
  }

  #judged({ chains, truncated, passage }: TalliedPrompt<Chain>): FinishedUpdate {
    const outcome = promptOutcome(chains.flatMap((chain) => this.#outcomes.get(chain) ?? []));
    const numPassages = this.#prompts.length;
    return {
      ...this.#counts,
      ...outcome,
      truncated,
      ...(passage && outcome.verdict && { passage: { ...passage, numPassages } }),
    };
  }
}

/** A passage without a verdict takes precedence: it might have been the best. Ties go to the earlier one. */
function better(best: FinishedUpdate, update: FinishedUpdate): FinishedUpdate {
  if (!best.verdict || !update.verdict) return best.verdict ? update : best;
  return update.verdict.logitDifference > best.verdict.logitDifference ? update : best;
}
