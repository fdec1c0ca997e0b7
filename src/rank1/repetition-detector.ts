/**
 * Detects repetition loops, which small models decoded greedily may never leave. Knows token ids only. A loop is a period of
 * at most `MAX_PERIOD` tokens, repeated at least `MIN_REPEATS` times in a row and over at least `MIN_TOKENS` tokens, so
 * that shorter repetition does not end a chain.
 */
const MAX_PERIOD = 128;
const MIN_REPEATS = 4;
const MIN_TOKENS = 64;

export class RepetitionDetector {
  readonly #tokenIds: number[] = [];
  /** [MAX_PERIOD + 1], by period: how many tokens at the end equal the token one period before them */
  readonly #numEqual = new Uint32Array(MAX_PERIOD + 1);

  /** @returns whether the tokens so far end in a loop */
  push(tokenId: number): boolean {
    const tokenIds = this.#tokenIds;
    const position = tokenIds.push(tokenId) - 1;
    let loops = false;
    for (let period = 1; period <= Math.min(MAX_PERIOD, position); period++) {
      const numEqual = tokenIds[position - period] === tokenId ? this.#numEqual[period]! + 1 : 0;
      this.#numEqual[period] = numEqual;
      const numInLoop = numEqual + period;
      if (numInLoop >= MIN_TOKENS && numInLoop >= MIN_REPEATS * period) loops = true;
    }
    return loops;
  }
}
