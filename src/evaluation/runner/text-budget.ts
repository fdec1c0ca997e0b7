/** Limits the text held in memory: documents are kept until their query is judged. */
import { invalidFile, type FilePlace } from '../files/invalid-file.ts';

/** UTF-16 units, about 1 GB. */
const MAX_TEXT_LENGTH = 500_000_000;

export class TextBudget {
  readonly #most: number;
  #length = 0;
  #place: FilePlace = { file: '', line: 0 };

  constructor(most = MAX_TEXT_LENGTH) {
    this.#most = most;
  }

  /** Readers call this with the place of the row they yield next. */
  readonly onPlace = (place: FilePlace): void => {
    this.#place = place;
  };

  /** Of the row read last. */
  get place(): FilePlace {
    return this.#place;
  }

  /** @throws Rank1Error invalid-file at the row that exceeds the budget */
  spend(...texts: readonly { readonly title?: string; readonly text: string }[]): void {
    for (const { title, text } of texts) this.#length += (title?.length ?? 0) + text.length;
    this.checkRoomFor(0);
  }

  /**
   * For the parts of a text that is spent once it is whole.
   * @throws Rank1Error invalid-file
   */
  checkRoomFor(length: number): void {
    if (this.#length + length <= this.#most) return;
    throw invalidFile(
      this.#place,
      `the documents to judge hold more than ${this.#most} characters so far`,
      'Judge a part of them at a time; eval has --depth and --limit.',
    );
  }
}
