/**
 * Brings the chains of one document together: it is finished when its last passage is, and the passage with the highest
 * logit difference stands for it. A document that was not split is one passage. Tokens are counted whatever they came to,
 * those of all passages together.
 */
import { assert } from '../base/assert.ts';
import type { RerankUpdate } from '../protocol/rerank-api.ts';
import type { PlannedDocument } from './document-plan.ts';
import type { JudgedPrompt } from './sample-tally.ts';

type FinishedUpdate = Extract<RerankUpdate, { type: 'finished' }>;
type UncountedUpdate = Omit<FinishedUpdate, 'numPromptTokens' | 'numNewTokens'>;

export class DocumentTally {
  readonly index: number;
  readonly numPassages: number;
  /** of the prompts of all passages; a prompt with several samples is one */
  readonly numPromptTokens: number;
  #numNewTokens = 0;
  #numJudged = 0;
  #best: UncountedUpdate | null = null;
  #finished = false;

  /** @param passages of one document, at least one */
  constructor(passages: readonly PlannedDocument[]) {
    const [first] = passages;
    assert(first, 'a document has at least one passage');
    this.index = first.index;
    this.numPassages = passages.length;
    this.numPromptTokens = passages.reduce((sum, { promptTokenIds }) => sum + promptTokenIds.length, 0);
  }

  /** Call for every chain when it ends, or is given up, and before its passage is. */
  addNewTokens(numTokens: number): void {
    this.#numNewTokens += numTokens;
  }

  /** The document's update, when this was its last passage. */
  judge(passage: PlannedDocument, judged: JudgedPrompt): FinishedUpdate | null {
    this.#numJudged++;
    const update = this.#update(passage, judged);
    if (!this.#best || isBetter(update, this.#best)) this.#best = update;
    if (this.#numJudged < this.numPassages) return null;
    this.#finished = true;
    return this.#counted(this.#best);
  }

  /** The document's update when the run ends before it does; once, whatever passages are left. */
  abort(passage: PlannedDocument, reasoning: string): FinishedUpdate | null {
    if (this.#finished) return null;
    this.#finished = true;
    return this.#counted(
      this.#update(passage, {
        finishReason: 'aborted',
        verdict: null,
        reasoning: reasoning.trim(),
        samples: null,
      }),
    );
  }

  #counted(update: UncountedUpdate): FinishedUpdate {
    return { ...update, numPromptTokens: this.numPromptTokens, numNewTokens: this.#numNewTokens };
  }

  #update(
    { truncated, passage }: PlannedDocument,
    {
      finishReason,
      verdict,
      reasoning,
      samples,
    }: Pick<FinishedUpdate, 'finishReason' | 'verdict' | 'reasoning'> & Pick<JudgedPrompt, 'samples'>,
  ): UncountedUpdate {
    return {
      type: 'finished',
      index: this.index,
      finishReason,
      verdict,
      reasoning,
      truncated,
      ...(passage && verdict && { passage: { ...passage, numPassages: this.numPassages } }),
      ...(samples && { samples }),
    };
  }
}

/** A passage without a verdict stands for its document: it might have been the best. */
function isBetter(update: UncountedUpdate, best: UncountedUpdate): boolean {
  if (!best.verdict || !update.verdict) return best.verdict !== null;
  const difference = update.verdict.logitDifference - best.verdict.logitDifference;
  return difference > 0 || (difference === 0 && (update.passage?.start ?? 0) < (best.passage?.start ?? 0));
}
