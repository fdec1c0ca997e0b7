/** One line on a terminal that is rewritten; off a terminal, a line at every tenth. */
import type { LoadProgress } from '../../protocol/rerank-api.ts';

export interface ProgressTarget {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export class RerankProgress {
  #numDone = 0;
  #shownTenth = 0;
  #isLineOpen = false;

  constructor(
    private readonly target: ProgressTarget | null,
    private readonly numDocuments: number,
  ) {}

  loading({ stage, loadedBytes, totalBytes }: LoadProgress): void {
    if (!this.target?.isTTY) return;
    const share = totalBytes > 0 ? ` ${Math.floor((100 * loadedBytes) / totalBytes)} %` : '';
    this.#rewrite(`model: ${stage}${share}`);
  }

  /** @param numMore documents that were finished since the last call */
  judged(numMore: number): void {
    this.#numDone += numMore;
    const text = `${this.#numDone} of ${this.numDocuments} documents`;
    if (this.target?.isTTY) return this.#rewrite(text);
    const tenth = Math.floor((10 * this.#numDone) / this.numDocuments);
    if (tenth > this.#shownTenth) this.target?.write(`${text}\n`);
    this.#shownTenth = tenth;
  }

  /** Call before anything else is written. */
  end(): void {
    if (this.#isLineOpen) this.target?.write('\n');
    this.#isLineOpen = false;
  }

  #rewrite(text: string): void {
    this.target?.write(`\r\u001b[2K${text}`);
    this.#isLineOpen = true;
  }
}
