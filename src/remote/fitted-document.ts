/**
 * A document as it stands in the prompts of its chains, cut where it does not fit: by the server's own counts of tokens where
 * it tells them, else by a share of its characters at a time. Invariant: all chains of a document that was cut go on with the
 * same text, whichever of them was refused first.
 */
import { cutText } from '../passages/cut-text.ts';
import { MAX_CHARACTERS_PER_TOKEN } from '../passages/leading-text.ts';
import { longestFitting, type CountTokens } from './longest-fitting.ts';

export interface FitSettings {
  /** the whole prompt with that document in it */
  readonly promptOf: (document: string) => string;
  /** tokens a prompt may have; null where the server does not tell its context */
  readonly maxPromptTokens: number | null;
  /** null where the server does not tell */
  readonly countTokens: CountTokens | null;
}

/** What is left of a document after this much was cut away is not judged in its place. */
const SHORTEST_DOCUMENT = 64;
const KEPT_SHARE = 0.75;

export class FittedDocument {
  readonly #settings: FitSettings;
  #text: string;
  #truncated = false;
  #isCounted = false;
  #cutting: Promise<boolean> | null = null;

  constructor(text: string, settings: FitSettings) {
    const { maxPromptTokens } = settings;
    this.#settings = settings;
    // Far too long a document is not even sent: it would take its time and memory for nothing.
    this.#text =
      maxPromptTokens === null
        ? text
        : cutText(text, Math.max(1, maxPromptTokens) * MAX_CHARACTERS_PER_TOKEN);
    this.#truncated = this.#text.length < text.length;
  }

  get text(): string {
    return this.#text;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  /**
   * Shortens the document after the server refused it as too long.
   * @param refused the text that was sent; another chain may have had it cut meanwhile
   * @returns false when too little would be left
   */
  cut(refused: string): Promise<boolean> {
    if (this.#text !== refused) return Promise.resolve(true);
    this.#cutting ??= this.#cut().finally(() => (this.#cutting = null));
    return this.#cutting;
  }

  async #cut(): Promise<boolean> {
    const kept = (await this.#byCounts()) ?? cutText(this.#text, Math.floor(this.#text.length * KEPT_SHARE));
    if (kept.length < SHORTEST_DOCUMENT) return false;
    this.#text = kept;
    this.#truncated = true;
    return true;
  }

  /** null: not known. Counts that did not help once, as the server goes by others, are not asked for again. */
  async #byCounts(): Promise<string | null> {
    const { promptOf, maxPromptTokens, countTokens } = this.#settings;
    if (this.#isCounted || maxPromptTokens === null || countTokens === null) return null;
    this.#isCounted = true;
    return longestFitting(this.#text, maxPromptTokens, (text) => countTokens(promptOf(text)));
  }
}
