/** A progress line rewritten in place on a terminal; otherwise a line at every 10%. */
import type { LoadedModel, LoadProgress } from '../../protocol/rerank-api.ts';
import { counted } from '../../base/counted.ts';
import { deviceNote } from '../engine/rerank-engine.ts';

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

  /** Prints `deviceNote`, if any. */
  loaded(model: LoadedModel): void {
    this.end();
    const note = deviceNote(model);
    if (note !== null) this.#target?.write(`${note}\n`);
  }

  /** @param numDone documents done in the current query; a lower number than before is ignored */
  judged(numDone: number): void {
    const all = this.#numOfEndedTasks + numDone;
    if (all <= this.#numDone) return;
    this.#numDone = all;
    const text = `${this.#numDone} of ${counted(this.#numDocuments, 'document')}`;
    if (this.#target?.isTTY) return this.#rewrite(text);
    const tenth = Math.floor((10 * this.#numDone) / this.#numDocuments);
    if (tenth > this.#shownTenth) this.#target?.write(`${text}\n`);
    this.#shownTenth = tenth;
  }

  /** Ends the current query; later progress belongs to the next one. */
  endTask(numDocuments: number): void {
    this.judged(numDocuments);
    this.#numOfEndedTasks += numDocuments;
    this.end();
  }

  /** Call this before writing anything else. */
  end(): void {
    if (this.#isLineOpen) this.#target?.write('\n');
    this.#isLineOpen = false;
  }

  #rewrite(text: string): void {
    this.#target?.write(`\r\u001b[2K${text}`);
    this.#isLineOpen = true;
  }
}
