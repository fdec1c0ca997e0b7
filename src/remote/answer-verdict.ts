/**
 * A verdict from the logprobs of the step that answered. A server returns the likeliest tokens only, so one of the two
 * answers may be missing. It is then no likelier than the least likely one that came: that bounds the score, and the
 * verdict says so. With both missing there is none.
 */
import type { Verdict } from '../protocol/rerank-api.ts';
import { ANSWERS } from '../rank1/markers.ts';
import { makeVerdict } from '../rank1/verdict.ts';

/** How many of the likeliest tokens are asked for; vLLM's default limit. */
export const NUM_LOGPROBS = 20;

export type Label = Verdict['label'];

/** By token, as the server names it: natural logarithms of the likeliest tokens' probabilities. */
export type Logprobs = ReadonlyMap<string, number>;

/** The two answers as a server names them. */
export type AnswerNames = Readonly<Record<Label, string>>;

/** First ids of ` true` and ` false`. */
export type AnswerTokenIds = Readonly<Record<Label, number>>;

/** vLLM with `return_tokens_as_token_ids`. */
const BY_ID = /^token_id:\d+$/;
/** How tokenizers write the space before a word: SentencePiece, byte-level BPE. */
const SPACES = ['▁', 'Ġ'];

/**
 * How the tokens of a step are named: as their text, by id, or in the tokenizer's own spelling.
 * @param answerTokenIds null where the server does not tell
 * @returns null where ` true` cannot be told from another token: by an unknown id, or as `true`, stripped of its space
 */
export function answerNames(logprobs: Logprobs, answerTokenIds: AnswerTokenIds | null): AnswerNames | null {
  const names = [...logprobs.keys()];
  if (logprobs.has(ANSWERS.true) || logprobs.has(ANSWERS.false)) return ANSWERS;
  if (names.length > 0 && names.every((name) => BY_ID.test(name)))
    return (
      answerTokenIds && { true: `token_id:${answerTokenIds.true}`, false: `token_id:${answerTokenIds.false}` }
    );
  const space = SPACES.find((mark) => names.some((name) => name.startsWith(mark)));
  if (space !== undefined) return { true: `${space}true`, false: `${space}false` };
  const areStripped =
    !names.some((name) => /^\s/.test(name)) && (logprobs.has('true') || logprobs.has('false'));
  return areStripped ? null : ANSWERS;
}

/**
 * @param label what the model wrote; left out where the answer was asked for
 * @returns null when neither answer is among the logprobs, or the one that was written is not
 */
export function answerVerdict(logprobs: Logprobs, names: AnswerNames, label?: Label): Verdict | null {
  const yes = logprobs.get(names.true);
  const no = logprobs.get(names.false);
  if (yes !== undefined && no !== undefined) return makeVerdict([yes, no], label);
  const known = yes ?? no;
  const knownLabel = yes === undefined ? 'false' : 'true';
  if (known === undefined || (label !== undefined && label !== knownLabel)) return null;
  const most = Math.min(known, leastOfTop(logprobs));
  return {
    ...makeVerdict(yes === undefined ? [most, known] : [known, most], knownLabel),
    bound: yes === undefined ? 'at-most' : 'at-least',
  };
}

/** The chosen token comes on top of those asked for where it is not among them, so the last may be no bound. */
function leastOfTop(logprobs: Logprobs): number {
  const sorted = [...logprobs.values()].sort((a, b) => b - a);
  return sorted[Math.min(NUM_LOGPROBS, sorted.length) - 1] ?? 0;
}
