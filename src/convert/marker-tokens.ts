/** The tokens a verdict is read from, as the checkpoint's own tokenizer has them. */
import {
  assertMarkersInVocabulary,
  CLOSE_MARKER,
  findMarkerTokenIds,
  OPEN_MARKER,
} from '../rank1/markers.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import type { CheckpointFolder } from './byte-io.ts';
import { parseJson, readText } from './read-json.ts';

export interface MarkerTokens {
  /** first id of ` true` and of ` false` */
  readonly trueTokenId: number;
  readonly falseTokenId: number;
  /** ids of `<think>` and `</think>`: one where it is an added token, several where plain text spells it */
  readonly openTokenIds: readonly number[];
  readonly closeTokenIds: readonly number[];
}

/** The two files, as text; `config` is `{}` where the checkpoint has no tokenizer_config.json. */
export interface TokenizerFiles {
  readonly json: string;
  readonly config: string;
}

/** `null` when the folder has no tokenizer.json: such a model cannot be given text. */
export async function readTokenizerFiles(folder: CheckpointFolder): Promise<TokenizerFiles | null> {
  const json = await readText(folder, 'tokenizer.json');
  return json === null ? null : { json, config: (await readText(folder, 'tokenizer_config.json')) ?? '{}' };
}

/** @throws Rank1Error `tokenizer-unsupported`, `invalid-file`, or `model-corrupt` when it is another model's */
export function readMarkerTokens({ json, config }: TokenizerFiles, vocabSize: number): MarkerTokens {
  return markerTokens(
    parseJson('tokenizer.json', json),
    parseJson('tokenizer_config.json', config),
    vocabSize,
  );
}

/** @param tokenizerJson, tokenizerConfig parsed files */
export function markerTokens(
  tokenizerJson: unknown,
  tokenizerConfig: unknown,
  vocabSize: number,
): MarkerTokens {
  const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
  const { trueTokenId, falseTokenId } = findMarkerTokenIds(tokenizer);
  assertMarkersInVocabulary(tokenizer, vocabSize);
  const idsOf = (marker: string): readonly number[] => {
    const added = tokenizer.addedToken(marker);
    return added ? [added.id] : tokenizer.encode(marker);
  };
  return { trueTokenId, falseTokenId, openTokenIds: idsOf(OPEN_MARKER), closeTokenIds: idsOf(CLOSE_MARKER) };
}
