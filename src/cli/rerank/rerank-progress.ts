/** One line on a terminal that is rewritten; off a terminal, a line at every tenth. */
import type { LoadedModel, LoadProgress } from '../../protocol/rerank-api.ts';

export interface ProgressTarget {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export class RerankProgress {
  #numDone = 0;
  #numOfEndedTasks = 0;
  #shownTenth = 0;
  #isLineOpen = false;

  readonly #target: ProgressTarget | null;
  readonly #numDocuments: number;

  constructor(target: ProgressTarget | null, numDocuments: number) {
    this.#target = target;
    this.#numDocuments = numDocuments;
  }

  loading({ stage, loadedBytes, totalBytes }: LoadProgress): void {
    if (!this.#target?.isTTY) return;
    const share = totalBytes > 0 ? ` ${Math.floor((100 * loadedBytes) / totalBytes)} %` : '';
    this.#rewrite(`model: ${stage}${share}`);
  }

  /** Why the device was taken, and what would be faster. */
  loaded({ deviceReason }: LoadedModel): void {
    this.end();
    this.#target?.write(`${deviceReason}\n`);
  }

  /** @param numDone documents of the query that is judged now; it never falls */
  judged(numDone: number): void {
    const all = this.#numOfEndedTasks + numDone;
    if (all <= this.#numDone) return;
    this.#numDone = all;
    const text = `${this.#numDone} of ${this.#numDocuments} documents`;
    if (this.#target?.isTTY) return this.#rewrite(text);
    const tenth = Math.floor((10 * this.#numDone) / this.#numDocuments);
    if (tenth > this.#shownTenth) this.#target?.write(`${text}\n`);
    this.#shownTenth = tenth;
  }

  /** The query is done, and what is told next is of another one. */
  endTask(numDocuments: number): void {
    this.judged(numDocuments);
    this.#numOfEndedTasks += numDocuments;
    this.end();
  }

  /** Call before anything else is written. */
  end(): void {
    if (this.#isLineOpen) this.#target?.write('\n');
    this.#isLineOpen = false;
  }

  #rewrite(text: string): void {
    this.#target?.write(`\r\u001b[2K${text}`);
    this.#isLineOpen = true;
  }
}
