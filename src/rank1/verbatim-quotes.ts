/**
 * Constrained decoding that keeps a chain's quotes verbatim: a token that would deviate from the document is replaced
 * by the most likely one that does not. Nothing changes outside quotes. Small models miscopy; readers trust quotes.
 */
import type { TokenSampler } from '../engine/temperature-sampler.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { VerbatimText, type QuoteState } from './verbatim-text.ts';

const REPLACEMENT = '\uFFFD';
/** Text that looks like a special token is never quoted, so that a passage cannot end the chain from within a quote. */
const SPECIAL = /<\|[^<>|]*\|>|<\/?think>/g;
const NUM_UNSORTED = 32;

export class VerbatimQuotes implements TokenSampler {
  readonly #tokenizer: Pick<Tokenizer, 'encode' | 'decode'>;
  readonly #text: VerbatimText;
  readonly #choose: (logits: Float32Array) => number | null;
  /** after the last token that completed a character */
  #state: QuoteState;
  /** Tokens since then: a character may span several. */
  #pendingTokenIds: readonly number[] = [];

  /**
   * @param cue of the scoring profile (`quoteCue`)
   * @param sampler draws the tokens; default greedy
   */
  constructor(
    tokenizer: Pick<Tokenizer, 'encode' | 'decode'>,
    cue: string,
    document: string,
    sampler?: TokenSampler,
  ) {
    this.#tokenizer = tokenizer;
    this.#text = new VerbatimText(cue, document.replace(SPECIAL, '\uFFFF'));
    this.#state = this.#text.start;
    this.#choose = sampler ? (logits) => sampler.next(logits) : (logits) => likeliest(logits);
  }

  next(logits: Float32Array): number | null {
    const chosen = this.#choose(logits);
    if (chosen === null || this.#take(chosen)) return chosen;
    for (const candidate of byLikelihood(logits)) if (this.#take(candidate)) return candidate;
    // No token of the vocabulary continues the document's text.
    this.#state = this.#text.start;
    this.#pendingTokenIds = [];
    return chosen;
  }

  /** @returns false, without changing state, if the token would break a quote */
  #take(tokenId: number): boolean {
    const pending = [...this.#pendingTokenIds, tokenId];
    const text = this.#tokenizer.decode(pending);
    const isWhole = !text.endsWith(REPLACEMENT);
    const state = this.#text.advance(this.#state, isWhole ? text : text.slice(0, -1));
    if (state === null || (!isWhole && !this.#mayComplete(state, pending))) return false;
    if (isWhole) this.#state = state;
    this.#pendingTokenIds = isWhole ? [] : pending;
    return true;
  }

  /** Whether tokens that end in an incomplete character may become one that can follow. */
  #mayComplete(state: QuoteState, tokenIds: readonly number[]): boolean {
    if (!state.inside) return true;
    for (const character of new Set(this.#text.following(state)))
      for (const text of [character, ` ${character}`])
        if (startsWith(this.#tokenizer.encode(text), tokenIds)) return true;
    return false;
  }
}

function startsWith(tokenIds: readonly number[], start: readonly number[]): boolean {
  return start.length < tokenIds.length && start.every((id, index) => tokenIds[index] === id);
}

/** All token ids, most likely first; ties in id order. */
function* byLikelihood(logits: Float32Array): Generator<number> {
  // One of the first nearly always fits, and a few passes over the vocabulary are faster than sorting it.
  let last = likeliest(logits);
  let given = 0;
  for (; given < NUM_UNSORTED && last !== null; given++) {
    yield last;
    last = likeliest(logits, logits[last], last);
  }
  const order = Uint32Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  yield* order.subarray(given);
}

/**
 * The id of the largest logit, among those ranked after (`logit`, `tokenId`); ties go to the lower id, as in ArgMax.
 * @returns null if none is left, or one is NaN
 */
function likeliest(logits: Float32Array, logit = Infinity, tokenId = -1): number | null {
  let best = -1;
  let most = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id]!;
    if (Number.isNaN(value)) return null;
    if (value > most && (value < logit || (value === logit && id > tokenId))) {
      most = value;
      best = id;
    }
  }
  return best < 0 ? null : best;
}
