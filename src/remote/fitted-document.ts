/**
 * A document's text in its prompts and the token limit of its chains, both reduced until the server accepts them.
 * Invariant: all chains of a document use the same text.
 */
import { lateCode } from '../base/late-code.ts';
import { cutText } from '../passages/cut-text.ts';
import { MAX_CHARACTERS_PER_TOKEN } from '../passages/leading-text.ts';
import type { Demand, FitSettings } from './ask-for-less.ts';
import type { ContextFault } from './remote-fault.ts';

export class FittedDocument {
  readonly #settings: FitSettings;
  readonly #length: number;
  #demand: Demand;
  #refusedPromptTokens = 0;
  #fitting: Promise<boolean> | null = null;

  constructor(text: string, settings: FitSettings) {
    this.#settings = settings;
    this.#length = text.length;
    const { model, options } = settings;
    const maxNewTokens = model.maxNewTokens(options);
    // A document that is far too long is cut before it is sent the first time, to save requests.
    const sent = model.isLengthKnown
      ? cutText(text, Math.max(1, model.maxLength - maxNewTokens) * MAX_CHARACTERS_PER_TOKEN)
      : text;
    this.#demand = { text: sent, maxNewTokens, isCounted: false };
  }

  get demand(): Demand {
    return this.#demand;
  }

  get truncated(): boolean {
    return this.#demand.text.length < this.#length;
  }

  /** token count of the last rejected prompt, as reported by the server; 0 if not reported */
  get refusedPromptTokens(): number {
    return this.#refusedPromptTokens;
  }

  /** tokens of the context, once they are known */
  get limit(): { readonly maxTokens?: number } {
    const { isLengthKnown, maxLength } = this.#settings.model;
    return isLengthKnown ? { maxTokens: maxLength } : {};
  }

  /**
   * Reduces the demand after the server rejected `sent`, unless another chain of the document already has.
   * @returns false if too little of the document would be left
   */
  fitAfter(fault: ContextFault | null, sent: Demand): Promise<boolean> {
    if (this.#demand !== sent) return Promise.resolve(true);
    this.#fitting ??= this.#fit(fault).finally(() => (this.#fitting = null));
    return this.#fitting;
  }

  async #fit(fault: ContextFault | null): Promise<boolean> {
    const { askForLess, refusedLengths } = await lateCode(() => import('./ask-for-less.ts'));
    const { context, prompt } = refusedLengths(fault?.message ?? '');
    if (context !== null) this.#settings.model.learn(context);
    this.#refusedPromptTokens = prompt ?? this.#refusedPromptTokens;
    const less = await askForLess(this.#demand, this.#settings);
    this.#demand = less ?? this.#demand;
    return less !== null;
  }
}
