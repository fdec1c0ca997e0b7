/** Puts the chunks of one stream in their place by the offsets a server gives: a repeat is dropped, a gap is a fault. */
import type { CompletionChunk } from './completion-chunk.ts';
import { PassingFault } from './remote-fault.ts';

export class TextOrder {
  /** code points received, which is what servers count */
  #received: string[] = [];
  /** the first chunk's own offset: some servers count the prompt */
  #base: number | null = null;

  /** @returns whether the chunk is new. @throws PassingFault when text before it is missing or was different */
  accept({ text, textOffset }: CompletionChunk): boolean {
    const points = [...text];
    if (textOffset !== null && points.length > 0) {
      this.#base ??= textOffset;
      const start = textOffset - this.#base;
      if (start !== this.#received.length) {
        const isRepeat = start >= 0 && points.every((point, i) => this.#received[start + i] === point);
        if (isRepeat) return false;
        throw new PassingFault('its stream came in the wrong order');
      }
    }
    this.#received.push(...points);
    return true;
  }
}
