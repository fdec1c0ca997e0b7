/**
 * All state of one request in flight: its tokens, where it sits and how it ended. The scheduler moves it
 * between `waiting`, `running` and `finished`; the engine appends tokens. Invariant: while running, the
 * cache holds `numCachedTokens` tokens of it, which is everything but the newest token.
 */
import { assert } from '../assert.ts';
import type { StopCondition } from './stop-condition.ts';

export type SequenceFinishReason = 'stop' | 'length' | 'aborted';

export interface SequenceOptions {
  /** [n], n >= 1 */
  readonly promptTokenIds: Int32Array;
  /** >= 1; reaching it without a stop finishes the sequence with `length` */
  readonly maxNewTokens: number;
  readonly stopCondition: StopCondition;
}

export class Sequence {
  readonly promptTokenIds: Int32Array;
  readonly maxNewTokens: number;
  readonly newTokenIds: number[] = [];
  finishReason: SequenceFinishReason | null = null;
  /** The slot it sits in while running. */
  slot: number | null = null;

  readonly #stopCondition: StopCondition;

  constructor({ promptTokenIds, maxNewTokens, stopCondition }: SequenceOptions) {
    assert(promptTokenIds.length > 0, 'a sequence needs at least one prompt token');
    assert(maxNewTokens > 0, 'a sequence must be allowed at least one new token');
    this.promptTokenIds = promptTokenIds;
    this.maxNewTokens = maxNewTokens;
    this.#stopCondition = stopCondition;
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

  /** Takes the token of a step and decides whether the sequence goes on. */
  append(tokenId: number, watchedLogits: Float32Array, maxLength: number): void {
    assert(this.finishReason === null, 'a finished sequence takes no token');
    this.newTokenIds.push(tokenId);
    if (this.#stopCondition.next(tokenId, watchedLogits) === 'finish') this.finishReason = 'stop';
    else if (this.newTokenIds.length >= this.maxNewTokens || this.numTokens > maxLength)
      this.finishReason = 'length';
  }
}
