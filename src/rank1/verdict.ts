/** Computes the score from the raw answer logits of the answering step. */
import { assert } from '../base/assert.ts';
import { Rank1Error } from '../base/errors.ts';
import { RANK1_PROFILE, type ScoringProfile } from '../model/scoring-profile.ts';
import type { Verdict } from '../protocol/rerank-api.ts';

/**
 * @param answerLogits raw logits of the profile's answers: [2], or [1] if it has one
 * @param label the answer the model wrote; omitted for a forced answer: then the score decides, true on an exact tie
 * @throws Rank1Error `run-failed` if a logit is not finite: a score is never invented
 */
export function makeVerdict(
  answerLogits: ArrayLike<number>,
  label?: 'true' | 'false',
  { answers, score }: Pick<ScoringProfile, 'answers' | 'score'> = RANK1_PROFILE,
): Verdict {
  const [trueLogit, falseLogit] = [answerLogits[0], answers.false === null ? 0 : answerLogits[1]];
  assert(trueLogit !== undefined && falseLogit !== undefined, 'every answer needs its logit');
  const logitDifference = trueLogit - falseLogit;
  if (!Number.isFinite(logitDifference)) {
    throw new Rank1Error(
      'run-failed',
      `The model answered with the logits ${trueLogit} and ${falseLogit}, which give no score: its numbers overflowed. Take a dtype that computes in 32 bits, or another device.`,
    );
  }
  return {
    label: label ?? (logitDifference >= score.offset ? 'true' : 'false'),
    score: 1 / (1 + Math.exp((score.offset - logitDifference) / score.scale)),
    logitDifference,
    forced: label === undefined,
  };
}
