/** The marker and answer texts rank1 is trained on, and their token ids in a model's own tokenizer. */
import { Rank1Error } from '../base/errors.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export const OPEN_MARKER = '<think>';
export const CLOSE_MARKER = '</think>';
export const ANSWERS = { true: ' true', false: ' false' } as const;

export interface MarkerTokenIds {
  /** first id of ` true` */
  readonly trueTokenId: number;
  /** first id of ` false` */
  readonly falseTokenId: number;
  /** id of `</think>` if it is an added token; null if the tokenizer splits it */
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
  return { trueTokenId, falseTokenId, closeTokenId: tokenizer.addedToken(CLOSE_MARKER)?.id ?? null };
}

/**
 * A tokenizer of another model may give ids beyond the embedding table, which the kernels do not check.
 * @throws Rank1Error `model-corrupt` when an id of a marker, an answer or the tokenizer's frame is not below `vocabSize`
 */
export function assertMarkersInVocabulary(tokenizer: Tokenizer, vocabSize: number): void {
  const assertKnown = (text: string, ids: readonly number[]): void => {
    const unknown = ids.find((id) => id >= vocabSize);
    if (unknown === undefined) return;
    throw new Rank1Error(
      'model-corrupt',
      `The tokenizer gives ${text} the id ${unknown}, and the model's vocabulary ends at ${vocabSize}: tokenizer.json and config.json are not of the same model. Convert or download the model again.`,
    );
  };
  for (const text of [ANSWERS.true, ANSWERS.false, OPEN_MARKER, CLOSE_MARKER]) {
    const added = tokenizer.addedToken(text);
    assertKnown(`"${text}"`, added ? [...tokenizer.encode(text), added.id] : tokenizer.encode(text));
  }
  assertKnown('the start or end of every text', [...tokenizer.frame.before, ...tokenizer.frame.after]);
}
