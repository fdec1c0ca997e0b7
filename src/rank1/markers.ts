/** The marker and answer texts of rank1, and the token ids of a profile's answers in a model's own tokenizer. */
import { Rank1Error } from '../base/errors.ts';
import { RANK1_PROFILE, type ScoringProfile } from '../model/scoring-profile.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export const OPEN_MARKER = '<think>';
export const CLOSE_MARKER = '</think>';
export const ANSWERS = { true: ' true', false: ' false' } as const;

export interface MarkerTokenIds {
  /** token of the answer "relevant" */
  readonly trueTokenId: number;
  /** token of the answer "not relevant"; null if the score is read from one logit */
  readonly falseTokenId: number | null;
  /** id of `</think>` if it is an added token; null if the tokenizer splits it */
  readonly closeTokenId: number | null;
}

/**
 * @throws Rank1Error `tokenizer-unsupported` if one token cannot tell the answers apart or a special token is missing
 */
export function findMarkerTokenIds(
  tokenizer: Tokenizer,
  profile: ScoringProfile = RANK1_PROFILE,
): MarkerTokenIds {
  const { answers } = profile;
  const idOf = (answer: string): number => {
    const ids = tokenizer.encode(answer);
    if (ids.length === 1) return ids[0]!;
    throw unreadable(profile, `makes ${ids.length} tokens of ${JSON.stringify(answer)}, which must be one`);
  };
  const trueTokenId = idOf(answers.true);
  const falseTokenId = answers.false === null ? null : idOf(answers.false);
  if (trueTokenId === falseTokenId) {
    const both = `${JSON.stringify(answers.true)} and ${JSON.stringify(answers.false)}`;
    throw unreadable(profile, `does not give ${both} different tokens`);
  }
  const missing = literalTexts(profile)
    .flatMap((text) => text.match(REQUIRED) ?? [])
    .find((text) => !tokenizer.addedToken(text));
  if (missing !== undefined) throw unreadable(profile, `has no token ${missing}, which the prompt needs`);
  return { trueTokenId, falseTokenId, closeTokenId: tokenizer.addedToken(CLOSE_MARKER)?.id ?? null };
}

/** The ids whose logits every step returns. */
export function watchedTokenIds({ trueTokenId, falseTokenId }: MarkerTokenIds): readonly number[] {
  return falseTokenId === null ? [trueTokenId] : [trueTokenId, falseTokenId];
}

/** Texts that must be special tokens: encoded as plain text they would make a prompt the model has never seen. */
const REQUIRED = /<\|[^<>\s]+\|>/g;

/** The profile's own texts in the prompt, with each form of its query. */
function literalTexts({ prompt, query }: ScoringProfile): readonly string[] {
  const forms = query ? [query.plain, query.instructed] : ['{query}'];
  return forms.flatMap((form) =>
    prompt.flatMap((part) => part.replace('{query}', () => form).split(/\{(?:query|instruction|document)\}/)),
  );
}

function unreadable({ name }: ScoringProfile, problem: string): Rank1Error {
  return new Rank1Error(
    'tokenizer-unsupported',
    `This tokenizer ${problem}, so no score can be read. Use a checkpoint that fits the scoring profile "${name}".`,
  );
}

/**
 * The tokenizer of another model may give ids beyond the embedding table, which the kernels do not check.
 * @throws Rank1Error `model-corrupt` when an id of a special token, an answer or the frame is not below `vocabSize`
 */
export function assertMarkersInVocabulary(
  tokenizer: Tokenizer,
  vocabSize: number,
  profile: ScoringProfile = RANK1_PROFILE,
): void {
  const assertKnown = (text: string, ids: readonly number[]): void => {
    const unknown = ids.find((id) => id >= vocabSize);
    if (unknown === undefined) return;
    throw new Rank1Error(
      'model-corrupt',
      `The tokenizer gives ${text} the id ${unknown}, and the model's vocabulary ends at ${vocabSize}: tokenizer.json and config.json are not of the same model. Convert or download the model again.`,
    );
  };
  const { answers } = profile;
  const special = literalTexts(profile)
    .flatMap((text) => tokenizer.splitAtAddedTokens(text))
    .filter((piece) => tokenizer.addedToken(piece) !== null);
  for (const text of [answers.true, answers.false ?? '', ...special, OPEN_MARKER, CLOSE_MARKER]) {
    const added = tokenizer.addedToken(text);
    assertKnown(`"${text}"`, added ? [...tokenizer.encode(text), added.id] : tokenizer.encode(text));
  }
  assertKnown('the start or end of every text', [...tokenizer.frame.before, ...tokenizer.frame.after]);
}
