/**
 * The state of one request in flight: its tokens, its slot and how it ended. The scheduler gives and takes the slot,
 * the engine appends tokens. Invariant: while it runs, the cache holds all its tokens but the newest.
 */
import { assert } from '../base/assert.ts';
import type { StopCondition } from './stop-condition.ts';
import type { TokenSampler } from './temperature-sampler.ts';

/** `failed`: the model's logits were NaN or infinite. */
export type SequenceFinishReason = 'stop' | 'length' | 'failed' | 'aborted';

export interface SequenceOptions {
  /** [n], n >= 1 */
  readonly promptTokenIds: Int32Array;
  /** >= 1; reaching it without a stop finishes the sequence with `length` */
  readonly maxNewTokens: number;
  readonly stopCondition: StopCondition;
  /** Chooses its tokens; default greedy. Needs a runner that returns all logits. */
  readonly sampler?: TokenSampler | undefined;
}

export class Sequence {
  readonly promptTokenIds: Int32Array;
  readonly maxNewTokens: number;
  readonly sampler: TokenSampler | undefined;
  readonly newTokenIds: number[] = [];
  finishReason: SequenceFinishReason | null = null;
  /** Set while running. */
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

  /** [numTokens]: what a prefill runs; includes generated tokens when it is prefilled again */
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
   * Takes a step's token and decides whether the sequence goes on. Watched logits that are not finite end it, as does a
   * token that could not be drawn (null).
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
