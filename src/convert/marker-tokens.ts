/** The tokens a verdict is read from, as the checkpoint's own tokenizer has them. */
import { CLOSE_MARKER, findMarkerTokenIds, OPEN_MARKER } from '../rank1/markers.ts';
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

/**
 * `null` when the folder has no tokenizer.json: such a model runs, but cannot be prompted with text.
 * @throws Rank1Error `tokenizer-unsupported` or `invalid-file`
 */
export async function readMarkerTokens(folder: CheckpointFolder): Promise<MarkerTokens | null> {
  const json = await readText(folder, 'tokenizer.json');
  if (json === null) return null;
  const config = await readText(folder, 'tokenizer_config.json');
  return markerTokens(parseJson('tokenizer.json', json), parseJson('tokenizer_config.json', config ?? '{}'));
}

/** @param tokenizerJson, tokenizerConfig parsed files */
export function markerTokens(tokenizerJson: unknown, tokenizerConfig: unknown): MarkerTokens {
  const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
  const { trueTokenId, falseTokenId } = findMarkerTokenIds(tokenizer);
  const idsOf = (marker: string): readonly number[] => {
    const added = tokenizer.addedTokenId(marker);
    return added === null ? tokenizer.encode(marker) : [added];
  };
  return { trueTokenId, falseTokenId, openTokenIds: idsOf(OPEN_MARKER), closeTokenIds: idsOf(CLOSE_MARKER) };
}
