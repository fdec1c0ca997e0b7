/**
 * Brings the chains of one document together: it is finished when its last passage is, and the passage with the highest
 * logit difference stands for it. A document that was not split is one passage.
 */
import { assert } from '../assert.ts';
import type { FinishReason, RerankUpdate, Verdict } from '../protocol/rerank-api.ts';
import type { Chain } from './chain.ts';
import type { PlannedDocument } from './document-plan.ts';

type FinishedUpdate = Extract<RerankUpdate, { type: 'finished' }>;

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
  judge(
    passage: PlannedDocument,
    chain: Chain,
    finishReason: FinishReason,
    verdict: Verdict,
  ): FinishedUpdate | null {
    this.#numJudged++;
    const update = this.#update(passage, chain, finishReason, verdict);
    const isBetter =
      !this.#best?.verdict ||
      verdict.logitDifference > this.#best.verdict.logitDifference ||
      (verdict.logitDifference === this.#best.verdict.logitDifference &&
        (passage.passage?.start ?? 0) < (this.#best.passage?.start ?? 0));
    if (isBetter) this.#best = update;
    if (this.#numJudged < this.numPassages) return null;
    this.#finished = true;
    return this.#best;
  }

  /** The document's update when the run ends before it does; once, whatever passages are left. */
  abort(passage: PlannedDocument, chain: Chain): FinishedUpdate | null {
    if (this.#finished) return null;
    this.#finished = true;
    return this.#update(passage, chain, 'aborted', null);
  }

  #update(
    { promptTokenIds, truncated, passage }: PlannedDocument,
    chain: Chain,
    finishReason: FinishReason,
    verdict: Verdict | null,
  ): FinishedUpdate {
    return {
      type: 'finished',
      index: this.index,
      finishReason,
      verdict,
      reasoning: chain.reasoning.trim(),
      numPromptTokens: promptTokenIds.length,
      numNewTokens: chain.numNewTokens,
      truncated,
      ...(passage && verdict && { passage: { ...passage, numPassages: this.numPassages } }),
    };
  }
}
