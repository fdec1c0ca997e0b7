/** The texts rank1 is trained on, and the token ids a model's own tokenizer gives them. */
import { Rank1Error } from '../errors.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export const OPEN_MARKER = '<think>';
export const CLOSE_MARKER = '</think>';
export const ANSWERS = { true: ' true', false: ' false' } as const;

export interface MarkerTokenIds {
  /** First id of ` true`, whose logit is the relevance side of the score. */
  readonly trueTokenId: number;
  /** First id of ` false`. */
  readonly falseTokenId: number;
  /** Id of `</think>` where it is an added token; null where it is spelled with several plain ones. */
  readonly closeTokenId: number | null;
}

/** @throws Rank1Error `tokenizer-unsupported` when the two answers do not start with different tokens */
export function findMarkerTokenIds(tokenizer: Tokenizer): MarkerTokenIds {
  const trueTokenId = tokenizer.encode(ANSWERS.true)[0];
  const falseTokenId = tokenizer.encode(ANSWERS.false)[0];
  if (trueTokenId === undefined || falseTokenId === undefined || trueTokenId === falseTokenId) {
    throw new Rank1Error(
      'tokenizer-unsupported',
      'This tokenizer does not give " true" and " false" different first tokens, so no score can be read. Use a rank1 checkpoint.',
    );
  }
  return { trueTokenId, falseTokenId, closeTokenId: tokenizer.addedTokenId(CLOSE_MARKER) };
}
