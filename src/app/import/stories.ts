/** Collects a document's texts while it is read: the running text and separate texts, each with its place. */
import { IMPORT_LIMITS } from './import-limits.ts';
import type { TextPlace, TextUnit } from './import-types.ts';

export class Stories {
  readonly #done: TextUnit[] = [];
  readonly #open: { readonly place: TextPlace; pieces: string[] }[] = [];
  #numCharacters = 0;

  /** Directs output to a new story until it is closed. */
  open(place: TextPlace = {}): void {
    this.#open.push({ place, pieces: [] });
  }

  /** Dropped if no story is open. */
  write(text: string): void {
    if (text !== '') this.#open.at(-1)?.pieces.push(text);
  }

  close(): void {
    const story = this.#open.pop();
    if (story) this.add(story.pieces.join(''), story.place);
  }

  /** Adds a complete story. */
  add(text: string, place: TextPlace = {}): void {
    const tidy = tidyText(text);
    if (tidy === '') return;
    this.#done.push({ text: tidy, ...place });
    this.#numCharacters += tidy.length;
  }

  /** More would exceed the passage limit, which is reported when passages are cut. */
  get isFull(): boolean {
    const { maxPassages, maxTextBytes } = IMPORT_LIMITS;
    return this.#done.length > maxPassages || this.#numCharacters >= maxTextBytes;
  }

  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  /**
   * Closes stories that a damaged file left open. The running text comes first, the others in closing order.
   */
  finish(): TextUnit[] {
    while (this.isOpen) this.close();
    const isBeside = ({ part }: TextUnit): boolean => part !== undefined;
    return [...this.#done.filter((unit) => !isBeside(unit)), ...this.#done.filter(isBeside)];
  }
}

/** Removes trailing spaces and collapses empty lines. */
function tidyText(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
}
