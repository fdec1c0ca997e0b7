/**
 * All state of one request in flight: its tokens, where it sits and how it ended. The scheduler moves it
 * between `waiting`, `running` and `finished`; the engine appends tokens. Invariant: while running, the
 * cache holds `numCachedTokens` tokens of it, which is everything but the newest token.
 */
import { assert } from '../base/assert.ts';
import type { StopCondition } from './stop-condition.ts';
import type { TokenSampler } from './temperature-sampler.ts';

/** `failed`: the model gave no numbers for it. */
export type SequenceFinishReason = 'stop' | 'length' | 'failed' | 'aborted';

export interface SequenceOptions {
  /** [n], n >= 1 */
  readonly promptTokenIds: Int32Array;
  /** >= 1; reaching it without a stop finishes the sequence with `length` */
  readonly maxNewTokens: number;
  readonly stopCondition: StopCondition;
  /** Chooses its tokens; greedy when left out. Needs a runner that hands out logits. */
  readonly sampler?: TokenSampler | undefined;
}

export class Sequence {
  readonly promptTokenIds: Int32Array;
  readonly maxNewTokens: number;
  readonly sampler: TokenSampler | undefined;
  readonly newTokenIds: number[] = [];
  finishReason: SequenceFinishReason | null = null;
  /** The slot it sits in while running. */
  slot: number | null = null;

  readonly #stopCondition: StopCondition;

  constructor({ promptTokenIds, maxNewTokens, stopCondition, sampler }: SequenceOptions) {
    assert(promptTokenIds.length > 0, 'a sequence needs at least one prompt token');
    assert(maxNewTokens > 0, 'a sequence must be allowed at least one new token');
    this.promptTokenIds = promptTokenIds;
    this.maxNewTokens = maxNewTokens;
    this.sampler = sampler;
    this.#stopCondition = stopCondition;
  }

  /** [numTokens]: what a prefill runs; the tokens it has produced too, where it begins anew */
  get tokenIds(): Int32Array {
    if (this.newTokenIds.length === 0) return this.promptTokenIds;
    const tokenIds = new Int32Array(this.numTokens);
    tokenIds.set(this.promptTokenIds);
    tokenIds.set(this.newTokenIds, this.promptTokenIds.length);
    return tokenIds;
  }

  get numTokens(): number {
    return this.promptTokenIds.length + this.newTokenIds.length;
  }

  /** Tokens whose keys and values are in the cache once a step has run: all but the newest. */
  get numCachedTokens(): number {
    return this.numTokens - 1;
  }

  get lastTokenId(): number {
    const tokenId = this.newTokenIds.at(-1);
    assert(tokenId !== undefined, 'no token was produced yet');
    return tokenId;
  }

  /**
   * Takes the token of a step and decides whether the sequence goes on; watched logits that are no numbers end it, and so
   * does a token that could not be drawn (null).
   */
  append(tokenId: number | null, watchedLogits: Float32Array, maxLength: number): void {
    assert(this.finishReason === null, 'a finished sequence takes no token');
    if (tokenId === null || !watchedLogits.every(Number.isFinite)) {
      this.finishReason = 'failed';
      return;
    }
    this.newTokenIds.push(tokenId);
    if (this.#stopCondition.next(tokenId, watchedLogits) === 'finish') this.finishReason = 'stop';
    else if (this.newTokenIds.length >= this.maxNewTokens || this.numTokens > maxLength)
      this.finishReason = 'length';
  }
}
