/**
 * A document as it stands in the prompts of its chains, and the tokens they may have, as far as the server takes both. What is
 * asked for is lowered first; then the document is cut, by the server's own counts of tokens where it tells them, else by a
 * share of its characters at a time. Invariant: all chains of a document go on with the same text.
 */
import { cutText } from '../passages/cut-text.ts';
import { MAX_CHARACTERS_PER_TOKEN } from '../passages/leading-text.ts';
import type { RunOptions } from '../protocol/rerank-api.ts';
import { longestFitting, type CountTokens } from './longest-fitting.ts';
import type { ContextFault } from './remote-fault.ts';
import type { RemoteModel } from './remote-model.ts';

export interface FitSettings {
  readonly model: RemoteModel;
  readonly options: RunOptions;
  /** the whole prompt with that document in it */
  readonly promptOf: (document: string) => string;
  /** null where the server does not tell */
  readonly countTokens: CountTokens | null;
}

/** What was asked for when the server refused. */
export interface Refused {
  readonly text: string;
  readonly maxNewTokens: number;
}

/** What is left of a document after this much was cut away is not judged in its place. */
const MIN_CHARACTERS = 64;
const KEPT_SHARE = 0.75;
/** A chain of fewer tokens is not asked for to spare the document a cut. */
const MIN_NEW_TOKENS = 256;

export class FittedDocument {
  readonly #settings: FitSettings;
  #text: string;
  #truncated: boolean;
  #maxNewTokens: number;
  #isCounted = false;
  #fitting: Promise<boolean> | null = null;

  constructor(text: string, settings: FitSettings) {
    this.#settings = settings;
    this.#maxNewTokens = settings.model.maxNewTokens(settings.options);
    // A document that is far too long is not even sent: that would cost time and memory for nothing.
    this.#text = settings.model.isLengthKnown
      ? cutText(text, Math.max(1, this.#maxPromptTokens) * MAX_CHARACTERS_PER_TOKEN)
      : text;
    this.#truncated = this.#text.length < text.length;
  }

  get text(): string {
    return this.#text;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  /** of a chain, continuations included */
  get maxNewTokens(): number {
    return this.#maxNewTokens;
  }

  /**
   * Asks for less after the server refused `sent`; another chain of the document may have done so meanwhile.
   * @returns false when too little of the document would be left
   */
  fitAfter(fault: ContextFault | null, sent: Refused): Promise<boolean> {
    if (this.#text !== sent.text || this.#maxNewTokens < sent.maxNewTokens) return Promise.resolve(true);
    this.#fitting ??= this.#fit(fault).finally(() => (this.#fitting = null));
    return this.#fitting;
  }

  async #fit(fault: ContextFault | null): Promise<boolean> {
    const { model, options } = this.#settings;
    if (fault) model.learn(fault);
    const most = model.maxNewTokens(options);
    const halved = Math.max(MIN_NEW_TOKENS, Math.floor(this.#maxNewTokens / 2));
    const lowered = model.isLengthKnown ? most : Math.min(most, halved);
    if (lowered < this.#maxNewTokens) {
      this.#maxNewTokens = lowered;
      return true;
    }
    return this.#cut();
  }

  async #cut(): Promise<boolean> {
    const kept = (await this.#byCounts()) ?? cutText(this.#text, Math.floor(this.#text.length * KEPT_SHARE));
    if (kept.length < MIN_CHARACTERS) return false;
    this.#text = kept;
    this.#truncated = true;
    return true;
  }

  get #maxPromptTokens(): number {
    return this.#settings.model.maxLength - this.#maxNewTokens;
  }

  /** null: not known. Counts that did not help once, as the server goes by others, are not asked for again. */
  async #byCounts(): Promise<string | null> {
    const { promptOf, model, countTokens } = this.#settings;
    if (this.#isCounted || !model.isLengthKnown || countTokens === null) return null;
    this.#isCounted = true;
    return longestFitting(this.#text, this.#maxPromptTokens, (text) => countTokens(promptOf(text)));
  }
}
