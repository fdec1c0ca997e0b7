/** A verdict that depends on every character of the query and of the document, so that a mixed-up answer shows. */
import type { Verdict } from '../../src/protocol/rerank-api.ts';

export function hashedVerdict(query: string, text: string): Verdict {
  let hash = 2166136261;
  for (const character of `${query}\u0000${text}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  }
  const logitDifference = (hash >>> 0) / 2 ** 28 - 8;
  return {
    label: logitDifference > 0 ? 'true' : 'false',
    // Not the logistic function: the last bit of Math.exp differs between Node and Chromium.
    score: (logitDifference + 8) / 16,
    logitDifference,
    forced: false,
  };
}

/** The query that a hashed worker does not answer. */
export const HOLD = 'hold';
