/** The score: softmax over the raw logits of ` true` and ` false` at the step that produced the answer. */
import { assert } from '../base/assert.ts';
import { Rank1Error } from '../base/errors.ts';
import type { Verdict } from '../protocol/rerank-api.ts';

/**
 * @param answerLogits [2] raw logits of ` true` and ` false`
 * @param label what the model wrote; left out if the answer is forced: then the larger logit decides, true on an exact tie
 * @throws Rank1Error `run-failed` when a logit is not finite: a score is never made up
 */
export function makeVerdict(answerLogits: ArrayLike<number>, label?: 'true' | 'false'): Verdict {
  const [trueLogit, falseLogit] = [answerLogits[0], answerLogits[1]];
  assert(trueLogit !== undefined && falseLogit !== undefined, 'two answer logits are needed');
  const logitDifference = trueLogit - falseLogit;
  if (!Number.isFinite(logitDifference)) {
    throw new Rank1Error(
      'run-failed',
      `The model answered with the logits ${trueLogit} and ${falseLogit}, which give no score: its numbers overflowed. Take a dtype that computes in 32 bits, or another device.`,
    );
  }
  return {
    label: label ?? (logitDifference >= 0 ? 'true' : 'false'),
    score: 1 / (1 + Math.exp(-logitDifference)),
    logitDifference,
    forced: label === undefined,
  };
}
