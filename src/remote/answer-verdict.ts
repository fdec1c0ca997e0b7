/**
 * A verdict from the logprobs of the step that answered. A server returns the likeliest tokens only, so one of the two
 * answers may be missing. It is then no likelier than the least likely one that came: that bounds the score, and the
 * verdict says so. With both missing there is none.
 */
import type { Verdict } from '../protocol/rerank-api.ts';
import { ANSWERS } from '../rank1/markers.ts';
import { makeVerdict } from '../rank1/verdict.ts';

/** How many likeliest tokens are asked for; vLLM allows 20 unless it is told otherwise. */
export const NUM_LOGPROBS = 20;

/**
 * @param label what the model wrote; left out where the answer was asked for
 * @returns null when neither answer is among the logprobs, or the one that was written is not
 */
export function answerVerdict(
  topLogprobs: ReadonlyMap<string, number>,
  label?: 'true' | 'false',
): Verdict | null {
  const yes = topLogprobs.get(ANSWERS.true);
  const no = topLogprobs.get(ANSWERS.false);
  if (yes !== undefined && no !== undefined) return makeVerdict([yes, no], label);
  const known = yes ?? no;
  const knownLabel = yes === undefined ? 'false' : 'true';
  if (known === undefined || (label !== undefined && label !== knownLabel)) return null;
  const most = Math.min(known, leastOfTop(topLogprobs));
  const verdict =
    yes === undefined ? makeVerdict([most, known], 'false') : makeVerdict([known, most], 'true');
  return {
    ...verdict,
    forced: label === undefined,
    bound: yes === undefined ? 'at-most' : 'at-least',
  };
}

/** The chosen token comes on top of those asked for where it is not among them, so the last may be no bound. */
function leastOfTop(topLogprobs: ReadonlyMap<string, number>): number {
  const sorted = [...topLogprobs.values()].sort((a, b) => b - a);
  return sorted[Math.min(NUM_LOGPROBS, sorted.length) - 1] ?? 0;
}
