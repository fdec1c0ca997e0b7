/**
 * Brings the chains of one document together: several samples of a prompt, several passages of a document. It is finished
 * when the last chain has ended. A prompt's verdict is the mean of its samples; the passage with the highest logit
 * difference stands for the document. Invariant: a document is finished once.
 */
import type { TextRange } from '../passages/split-passages.ts';
import type { FinishedUpdate } from '../protocol/rerank-api.ts';
import type { ChainOutcome } from './chain-protocol.ts';
import { promptOutcome } from './sampled-chains.ts';

export interface TalliedChain {
  /** so far, whatever they came to */
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
  /** which part of the document it is; null for a document that was not split */
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

  /** Chains that run side by side would be a jumble, so only one that runs alone streams its reasoning. */
  get streams(): boolean {
    return this.#prompts.length === 1 && this.#prompts[0]?.chains.length === 1;
  }

  /** of the prompts of all passages; a prompt with several samples counts once */
  get numPromptTokens(): number {
    return this.#prompts.reduce((sum, prompt) => sum + prompt.numPromptTokens, 0);
  }

  /** @returns the document's last update, when this was the last of its chains */
  end(chain: Chain, outcome: ChainOutcome): FinishedUpdate | null {
    this.#outcomes.set(chain, outcome);
    if (this.#isFinished || !this.#chains.every((one) => this.#outcomes.has(one))) return null;
    this.#isFinished = true;
    return this.#prompts.map((prompt) => this.#judged(prompt)).reduce(better);
  }

  /** @returns the document's last update, once, when the run ends while `chain` is on its way */
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

/** A passage without a verdict stands for its document: it might have been the best. The earlier one wins a tie. */
function better(best: FinishedUpdate, update: FinishedUpdate): FinishedUpdate {
  if (!best.verdict || !update.verdict) return best.verdict ? update : best;
  return update.verdict.logitDifference > best.verdict.logitDifference ? update : best;
}
