/**
 * Writes each ranking to standard output as soon as it is complete, so that a later failure does not lose it.
 * JSON is a single value and is written at the end.
 */
import { formatRankings, type JudgedTask, type RankingOutputOptions } from './ranking-output.ts';

export class RankingWriter {
  readonly #write: (text: string) => void;
  readonly #options: RankingOutputOptions;
  readonly #numTasks: number;
  readonly #kept: JudgedTask[] = [];
  #numWritten = 0;

  /** @param numTasks expected number of queries */
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
   * Adds a query that failed midway. Only JSON Lines can represent it, because each line states its
   * document's outcome; in other formats a partial ranking would look complete.
   */
  addPart(task: JudgedTask): void {
    if (this.#options.output === 'jsonl') this.add(task);
  }

  /** Writes a list if there are several queries, even if not all were judged. */
  end(): void {
    if (this.#options.output !== 'json' || this.#kept.length === 0) return;
    this.#write(formatRankings(this.#kept, this.#options, this.#numTasks > 1));
  }
}
