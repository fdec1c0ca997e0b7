/** Tokens from which a verdict is read, according to the checkpoint's tokenizer. */
import {
  assertMarkersInVocabulary,
  CLOSE_MARKER,
  findMarkerTokenIds,
  OPEN_MARKER,
} from '../rank1/markers.ts';
import type { ScoringProfile } from '../model/scoring-profile.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import type { CheckpointFolder } from './checkpoint-folder.ts';
import { parseJson, readText } from './read-json.ts';

export interface MarkerTokens {
  /** ids of the profile's answers */
  readonly trueTokenId: number;
  readonly falseTokenId: number | null;
  /** ids of `<think>` and `</think>`: one if it is an added token, several if it is spelled as plain text */
  readonly openTokenIds: readonly number[];
  readonly closeTokenIds: readonly number[];
}

/** Both files as text; `config` is `{}` if the checkpoint has no tokenizer_config.json. */
export interface TokenizerFiles {
  readonly json: string;
  readonly config: string;
}

/** `null` if the folder has no tokenizer.json: the model then cannot take text. */
export async function readTokenizerFiles(folder: CheckpointFolder): Promise<TokenizerFiles | null> {
  const json = await readText(folder, 'tokenizer.json');
  return json === null ? null : { json, config: (await readText(folder, 'tokenizer_config.json')) ?? '{}' };
}

/**
 * @throws Rank1Error `tokenizer-unsupported`, `invalid-file`, or `model-corrupt` if it belongs to another
 * model
 */
export function readMarkerTokens(
  { json, config }: TokenizerFiles,
  vocabSize: number,
  profile?: ScoringProfile,
): MarkerTokens {
  return markerTokens(
    parseJson('tokenizer.json', json),
    parseJson('tokenizer_config.json', config),
    vocabSize,
    profile,
  );
}

/** @param tokenizerJson, tokenizerConfig parsed files */
export function markerTokens(
  tokenizerJson: unknown,
  tokenizerConfig: unknown,
  vocabSize: number,
  profile?: ScoringProfile,
): MarkerTokens {
  const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
  const { trueTokenId, falseTokenId } = findMarkerTokenIds(tokenizer, profile);
  assertMarkersInVocabulary(tokenizer, vocabSize, profile);
  const idsOf = (marker: string): readonly number[] => {
    const added = tokenizer.addedToken(marker);
    return added ? [added.id] : tokenizer.encode(marker);
  };
  return { trueTokenId, falseTokenId, openTokenIds: idsOf(OPEN_MARKER), closeTokenIds: idsOf(CLOSE_MARKER) };
}
