/**
 * Brings the chains of one document together: it is finished when its last passage is, and the passage with the highest
 * logit difference stands for it. A document that was not split is one passage.
 */
import { assert } from '../assert.ts';
import type { RerankUpdate } from '../protocol/rerank-api.ts';
import type { PlannedDocument } from './document-plan.ts';
import type { JudgedPrompt } from './sample-tally.ts';

type FinishedUpdate = Extract<RerankUpdate, { type: 'finished' }>;

interface UnfinishedChain {
  readonly reasoning: string;
  readonly numNewTokens: number;
}

export class DocumentTally {
  readonly index: number;
  readonly numPassages: number;
  #numJudged = 0;
  #best: FinishedUpdate | null = null;
  #finished = false;

  /** @param passages of one document, at least one */
  constructor(passages: readonly PlannedDocument[]) {
    const [first] = passages;
    assert(first, 'a document has at least one passage');
    this.index = first.index;
    this.numPassages = passages.length;
  }

  /** The document's update, when this was its last passage. */
  judge(passage: PlannedDocument, judged: JudgedPrompt): FinishedUpdate | null {
    this.#numJudged++;
    const update = this.#update(passage, judged);
    if (!this.#best || isBetter(update, this.#best)) this.#best = update;
    if (this.#numJudged < this.numPassages) return null;
    this.#finished = true;
    return this.#best;
  }

  /** The document's update when the run ends before it does; once, whatever passages are left. */
  abort(passage: PlannedDocument, chain: UnfinishedChain): FinishedUpdate | null {
    if (this.#finished) return null;
    this.#finished = true;
    const { reasoning, numNewTokens } = chain;
    return this.#update(passage, {
      finishReason: 'aborted',
      verdict: null,
      reasoning: reasoning.trim(),
      numNewTokens,
      samples: null,
    });
  }

  #update(
    { promptTokenIds, truncated, passage }: PlannedDocument,
    {
      finishReason,
      verdict,
      reasoning,
      numNewTokens,
      samples,
    }: Pick<FinishedUpdate, 'finishReason' | 'verdict' | 'reasoning' | 'numNewTokens'> &
      Pick<JudgedPrompt, 'samples'>,
  ): FinishedUpdate {
    return {
      type: 'finished',
      index: this.index,
      finishReason,
      verdict,
      reasoning,
      numPromptTokens: promptTokenIds.length,
      numNewTokens,
      truncated,
      ...(passage && verdict && { passage: { ...passage, numPassages: this.numPassages } }),
      ...(samples && { samples }),
    };
  }
}

/** A passage without a verdict stands for its document: it might have been the best. */
function isBetter(update: FinishedUpdate, best: FinishedUpdate): boolean {
  if (!best.verdict || !update.verdict) return best.verdict !== null;
  const difference = update.verdict.logitDifference - best.verdict.logitDifference;
  return difference > 0 || (difference === 0 && (update.passage?.start ?? 0) < (best.passage?.start ?? 0));
}
