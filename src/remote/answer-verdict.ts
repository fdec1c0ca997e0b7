/**
 * A verdict from the logprobs of the answering step. A server returns only the top tokens, so one of the two answers
 * may be missing. Its probability is then at most that of the last token returned: the verdict's score is a bound. If
 * both are missing there is no verdict.
 */
import type { Verdict } from '../protocol/rerank-api.ts';
import { ANSWERS } from '../rank1/markers.ts';
import { makeVerdict } from '../rank1/verdict.ts';

/** Number of top logprobs requested; vLLM's default limit. */
export const NUM_LOGPROBS = 20;

export type Label = Verdict['label'];

/** Natural log probabilities of the top tokens, keyed by the server's name for each token. */
export type Logprobs = ReadonlyMap<string, number>;

/** The two answers as a server names them. */
export type AnswerNames = Readonly<Record<Label, string>>;

/** First token ids of ` true` and ` false`. */
export type AnswerTokenIds = Readonly<Record<Label, number>>;

/** vLLM with `return_tokens_as_token_ids`. */
const BY_ID = /^token_id:\d+$/;
/** How tokenizers write the space before a word: SentencePiece, byte-level BPE. */
const SPACES = ['▁', 'Ġ'];

/**
 * Names of the two answers in this server's logprobs: their text, their ids, or the tokenizer's spelling.
 * @param answerTokenIds null if unknown
 * @returns null if ` true` is ambiguous: ids are used and unknown, or spaces are stripped, so that it is just `true`
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
 * @param label the answer the model wrote; omitted for a forced answer
 * @returns null if neither answer, or not the written one, is among the logprobs
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

/** Servers append the chosen token if it is not among the top ones, so the last entry may not be a bound. */
function leastOfTop(logprobs: Logprobs): number {
  const sorted = [...logprobs.values()].sort((a, b) => b - a);
  return sorted[Math.min(NUM_LOGPROBS, sorted.length) - 1] ?? 0;
}
