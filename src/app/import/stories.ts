/** The texts of a document while it is read: its running text, and those that stand beside it, each with its place. */
import type { TextPlace, TextUnit } from './import-types.ts';

export class Stories {
  readonly #done: TextUnit[] = [];
  readonly #open: { readonly place: TextPlace; pieces: string[] }[] = [];

  /** What is written goes to this story until it is closed. */
  open(place: TextPlace = {}): void {
    this.#open.push({ place, pieces: [] });
  }

  /** Without a story open it is dropped. */
  write(text: string): void {
    this.#open.at(-1)?.pieces.push(text);
  }

  close(): void {
    const story = this.#open.pop();
    if (story) this.add(story.pieces.join(''), story.place);
  }

  /** A story whose text is known at once. */
  add(text: string, place: TextPlace = {}): void {
    const tidy = tidyText(text);
    if (tidy !== '') this.#done.push({ text: tidy, ...place });
  }

  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  /** Closes what a damaged file left open. The running text comes first, the others in the order they were closed. */
  finish(): TextUnit[] {
    while (this.isOpen) this.close();
    const isBeside = ({ part }: TextUnit): boolean => part !== undefined;
    return [...this.#done.filter((unit) => !isBeside(unit)), ...this.#done.filter(isBeside)];
  }
}

/** Spaces at the ends of lines go, and more than one empty line. */
export function tidyText(text: string): string {
  return text
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\s+$/g, '');
}
