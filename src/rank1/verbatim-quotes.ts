/**
 * Keeps a chain's quotes to the document's own words while it is decoded: a token that would break a quote gives way to the
 * likeliest one that does not. Outside quotes nothing changes. A small model copies with slips, and a quote is a claim.
 */
import type { TokenSampler } from '../engine/temperature-sampler.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { VerbatimText, type QuoteState } from './verbatim-text.ts';

const REPLACEMENT = '\uFFFD';
/** What is spelled like a special token is not quoted: a passage must not bring the end of the chain into a quote. */
const SPECIAL = /<\|[^<>|]*\|>|<\/?think>/g;
const NUM_UNSORTED = 32;

export class VerbatimQuotes implements TokenSampler {
  readonly #tokenizer: Pick<Tokenizer, 'encode' | 'decode'>;
  readonly #text: VerbatimText;
  readonly #choose: (logits: Float32Array) => number | null;
  /** at the last token that ended in a whole character */
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
    // No token of this vocabulary spells what the document has there.
    this.#state = this.#text.start;
    this.#pendingTokenIds = [];
    return chosen;
  }

  /** @returns false, and changes nothing, if the token would break a quote */
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

  /** Whether tokens that end within a character begin one that may follow. */
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

/** All tokens, the likeliest first; equals in the order of their ids. */
function* byLikelihood(logits: Float32Array): Generator<number> {
  // Sorting a vocabulary takes longer than a few passes over it, and one of the first nearly always fits.
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
 * The largest logit, of those behind (`logit`, `tokenId`) in order of logits and then of ids; as ArgMax, the first of equals.
 * @returns null if there is none, or they hold NaN
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
