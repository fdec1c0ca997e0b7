import { readTokenizerFiles } from '../../model/model-files.ts';
import type { ModelFolder } from '../../model/model-folder.ts';
import { createTokenizer, type Tokenizer } from '../../tokenizer/tokenizer.ts';

/** @throws Rank1Error `tokenizer-unsupported`, and the folder's errors */
export async function readTokenizer(folder: ModelFolder): Promise<Tokenizer> {
  const { tokenizerJson, tokenizerConfig } = await readTokenizerFiles(folder);
  return createTokenizer(tokenizerJson, tokenizerConfig);
}
