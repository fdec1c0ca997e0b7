/** Outcomes of a shortlist: from one pass, or in mode `top` from two: scores for all, then reasons for the best. */
import { afterScore, bestScored } from '../../client/reasons.ts';
import { foldUpdates, startRankedList, stopRankedList, type RankedList } from '../../client/ranked-list.ts';
import type { FinishedUpdate, RerankUpdate } from '../../protocol/rerank-api.ts';
import { DEFAULT_TOP } from '../../protocol/run-options.ts';
import type { JudgingPass } from './judgement-key.ts';
import type { Judgement, Question } from './session-types.ts';

export type JudgedUpdate = FinishedUpdate & Pick<Judgement, 'finishReason'>;

export function isJudged(update: RerankUpdate): update is JudgedUpdate {
  return update.type === 'finished' && update.finishReason !== 'aborted';
}

const RUN_ID = 1;

export class JudgedPasses {
  readonly #question: Pick<Question, 'mode' | 'top'>;
  #list: RankedList;
  /** the list after the scoring pass alone */
  #scored: RankedList;
  /** indexes with an outcome, by pass */
  readonly #done: Readonly<Record<JudgingPass, Set<number>>> = { instant: new Set(), reason: new Set() };

  constructor(question: Pick<Question, 'mode' | 'top'>, numPassages: number) {
    this.#question = question;
    this.#list = this.#scored = startRankedList(RUN_ID, numPassages);
  }

  get list(): RankedList {
    return this.#list;
  }

  /** in order */
  get passes(): readonly JudgingPass[] {
    const { mode } = this.#question;
    return mode === 'top' ? ['instant', 'reason'] : [mode];
  }

  /** Indexes that a pass still has to judge. @param canReason whether the model can */
  missing(pass: JudgingPass, canReason: boolean): readonly number[] {
    return this.#indexesOf(pass, canReason).filter((index) => !this.#done[pass].has(index));
  }

  /** @param canReason whether the model can */
  isComplete(canReason: boolean): boolean {
    const isDone = (pass: JudgingPass): boolean => this.missing(pass, canReason).length === 0;
    return this.#list.items.length > 0 && this.passes.every(isDone);
  }

  /** Folds updates of one pass into the list. */
  take(updates: readonly RerankUpdate[], pass: JudgingPass): void {
    for (const { index } of updates.filter(isJudged)) this.#done[pass].add(index);
    if (pass === 'instant') this.#scored = foldUpdates(this.#scored, RUN_ID, updates);
    const isSecond = this.#question.mode === 'top' && pass === 'reason';
    const shown = isSecond
      ? updates.map((update) => afterScore(update, this.#scored.items[update.index]!))
      : updates;
    this.#list = foldUpdates(this.#list, RUN_ID, shown);
  }

  /** Marks passages as waiting again; those with a score keep it. */
  restart(indexes: readonly number[]): void {
    const fresh = startRankedList(RUN_ID, this.#list.items.length);
    const again = new Set(indexes);
    const items = this.#list.items.map((item, index) =>
      again.has(index) && !item.verdict ? (fresh.items[index] ?? item) : item,
    );
    this.#list = { ...this.#list, items };
  }

  stop(): void {
    this.#list = stopRankedList(this.#list);
  }

  /** The passages of a pass. The second one of mode `top` has none until all passages have scores. */
  #indexesOf(pass: JudgingPass, canReason: boolean): readonly number[] {
    const { mode, top = DEFAULT_TOP } = this.#question;
    if (mode !== 'top' || pass === 'instant') return this.#list.items.map(({ index }) => index);
    if (!canReason || this.missing('instant', canReason).length > 0) return [];
    return bestScored(this.#scored, top).map(({ index }) => index);
  }
}
