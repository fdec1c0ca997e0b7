/** Text that is written piece by piece, with the lines of the file that each of its lines comes from. */
import type { LineRange } from './import-types.ts';

export class LineWriter {
  readonly #lines: { text: string; range: LineRange }[] = [];
  #text = '';
  #range: LineRange | null = null;

  /** White space of any kind counts as one space. */
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

  /** Two in a row leave an empty line; more do not leave more. */
  endLine(): void {
    const text = this.#text.replace(/\s+/g, ' ').trim();
    const before = this.#lines.at(-1);
    // Neither at the beginning nor twice.
    if (text !== '' || (before && before.text !== '')) {
      const line = before?.range.last ?? 1;
      this.#lines.push({ text, range: this.#range ?? { first: line, last: line } });
    }
    this.#text = '';
    this.#range = null;
  }

  /** The text without empty lines at its end, and where each of its lines stands. */
  finish(): { readonly text: string; readonly lines: readonly LineRange[] } {
    this.endLine();
    while (this.#lines.at(-1)?.text === '') this.#lines.pop();
    return {
      text: this.#lines.map(({ text }) => text).join('\n'),
      lines: this.#lines.map(({ range }) => range),
    };
  }
}
