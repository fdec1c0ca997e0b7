/**
 * Checks the order of a stream's chunks by the server's text offsets and running token counts: repeated chunks are
 * dropped, a gap is a fault. Without either, all it can notice is a final count below the number of tokens received.
 */
import type { CompletionChunk } from './completion-chunk.ts';
import { PassingFault } from '../base/async.ts';

export class ChunkOrder {
  /** code points, as servers count them */
  #received: string[] = [];
  #numTokens = 0;
  /** offset of the first chunk: some servers count the prompt */
  #base: number | null = null;
  /** Content by running count. A count that never grows, which some servers send, is ignored. */
  readonly #byCount = new Map<number, string>();

  /** @returns whether the chunk is new. @throws PassingFault if text before it is missing or different */
  accept(chunk: CompletionChunk): boolean {
    if (this.#repeatsText(chunk) || this.#repeatsCount(chunk)) return false;
    for (const point of chunk.text) this.#received.push(point);
    this.#numTokens += chunk.steps.length;
    return true;
  }

  #repeatsText({ text, textOffset }: CompletionChunk): boolean {
    const points = [...text];
    if (textOffset === null || points.length === 0) return false;
    this.#base ??= textOffset;
    const start = textOffset - this.#base;
    if (start === this.#received.length) return false;
    if (start >= 0 && points.every((point, i) => this.#received[start + i] === point)) return true;
    throw outOfOrder();
  }

  #repeatsCount({ text, steps, completionTokens: count }: CompletionChunk): boolean {
    if (count === null) return false;
    if (steps.length === 0) {
      if (this.#numTokens > count) throw outOfOrder();
      return false;
    }
    const content = JSON.stringify([text, steps.map(({ token }) => token)]);
    const isKnown = this.#byCount.get(count) === content;
    if (!this.#byCount.has(count)) this.#byCount.set(count, content);
    const isCounting = this.#byCount.size > 1;
    if (!isCounting || this.#numTokens + steps.length === count) return false;
    if (isKnown && count <= this.#numTokens) return true;
    throw outOfOrder();
  }
}

const outOfOrder = (): PassingFault => new PassingFault('its stream arrived out of order');
