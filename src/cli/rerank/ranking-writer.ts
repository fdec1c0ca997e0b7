/**
 * Rankings to the standard output, each as soon as it is made, so that what was judged is not lost with what was not. JSON is
 * one value, and comes at the end.
 */
import { formatRankings, type JudgedTask, type RankingOutputOptions } from './ranking-output.ts';

export class RankingWriter {
  readonly #write: (text: string) => void;
  readonly #options: RankingOutputOptions;
  readonly #numTasks: number;
  readonly #kept: JudgedTask[] = [];
  #numWritten = 0;

  /** @param numTasks queries there will be, if nothing comes between */
  constructor(write: (text: string) => void, options: RankingOutputOptions, numTasks: number) {
    this.#write = write;
    this.#options = options;
    this.#numTasks = numTasks;
  }

  add(task: JudgedTask): void {
    if (this.#options.output === 'json') return void this.#kept.push(task);
    const gap = this.#options.output === 'table' && this.#numWritten > 0 ? '\n' : '';
    this.#write(gap + formatRankings([task], this.#options));
    this.#numWritten += 1;
  }

  /**
   * A query that failed in the middle. Only JSON lines have a place for it, as each says of its document what became of it; in
   * any other format half a ranking would pass for a whole one.
   */
  addPart(task: JudgedTask): void {
    if (this.#options.output === 'jsonl') this.add(task);
  }

  /** A list where there are several queries, also when not all of them were judged. */
  end(): void {
    if (this.#options.output !== 'json' || this.#kept.length === 0) return;
    this.#write(formatRankings(this.#kept, this.#options, this.#numTasks > 1));
  }
}
