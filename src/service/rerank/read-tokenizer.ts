import type { Manifest } from '../../model/manifest.ts';
import { readTokenizerFiles } from '../../model/model-files.ts';
import type { ModelFolder } from '../../model/model-folder.ts';
import { createTokenizer, type Tokenizer } from '../../tokenizer/tokenizer.ts';

/**
 * @param manifest of the folder, if it is read elsewhere, too
 * @throws Rank1Error `tokenizer-unsupported`, and the folder's errors
 */
export async function readTokenizer(folder: ModelFolder, manifest?: Promise<Manifest>): Promise<Tokenizer> {
  const { tokenizerJson, tokenizerConfig } = await readTokenizerFiles(folder, manifest);
  return createTokenizer(tokenizerJson, tokenizerConfig);
}
