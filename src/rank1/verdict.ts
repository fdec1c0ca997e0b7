/** The score: softmax over the raw logits of ` true` and ` false` at the step that produced the answer. */
import { assert } from '../assert.ts';
import type { Verdict } from '../protocol/rerank-api.ts';


/**
 * @param answerLogits [2] raw logits of ` true` and ` false`
 * @param label what the model wrote; when forced, the larger logit (true on an exact tie, as `>=` in greedy
 *   decoding constrained to both)
 */
export function makeVerdict(answerLogits: ArrayLike<number>, label?: 'true' | 'false'): Verdict {
  const [trueLogit, falseLogit] = [answerLogits[0], answerLogits[1]];
  assert(trueLogit !== undefined && falseLogit !== undefined, 'two answer logits are needed');
  const logitDifference = trueLogit - falseLogit;
  assert(Number.isFinite(logitDifference), 'answer logits must be finite');
  return {
    label: label ?? (logitDifference >= 0 ? 'true' : 'false'),
    score: 1 / (1 + Math.exp(-logitDifference)),
    logitDifference,
    forced: label === undefined,
  };
}
