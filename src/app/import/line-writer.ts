/** Builds text piece by piece, tracking which lines of the file each of its lines comes from. */
import type { LineRange } from './import-types.ts';

export class LineWriter {
  readonly #lines: { text: string; range: LineRange }[] = [];
  #text = '';
  #range: LineRange | null = null;

  /** Any run of white space becomes one space. */
  write(text: string, { first, last }: LineRange): void {
    this.#text += text.replace(/\s+/g, ' ');
    if (text.trim() === '') return;
    this.#range = {
      first: Math.min(first, this.#range?.first ?? first),
      last: Math.max(last, this.#range?.last ?? last),
    };
  }

  space(): void {
    this.#text += ' ';
  }

  /** Two in a row leave one empty line; further ones have no effect. */
  endLine(): void {
    const text = this.#text.replace(/\s+/g, ' ').trim();
    const before = this.#lines.at(-1);
    // No empty lines at the start, and never two in a row.
    if (text !== '' || (before && before.text !== '')) {
      const line = before?.range.last ?? 1;
      this.#lines.push({ text, range: this.#range ?? { first: line, last: line } });
    }
    this.#text = '';
    this.#range = null;
  }

  /** The text without trailing empty lines, and the file lines of each of its lines. */
  finish(): { readonly text: string; readonly lines: readonly LineRange[] } {
    this.endLine();
    while (this.#lines.at(-1)?.text === '') this.#lines.pop();
    return {
      text: this.#lines.map(({ text }) => text).join('\n'),
      lines: this.#lines.map(({ range }) => range),
    };
  }
}
