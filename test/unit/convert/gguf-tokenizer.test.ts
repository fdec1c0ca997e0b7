/** Tokenizers that are made from GGUF's metadata give the ids that transformers gives with the original files. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { GgufMetadata, GgufValue } from '../../../src/convert/gguf/gguf-reader.ts';
import { ggufTokenizer } from '../../../src/convert/gguf/gguf-tokenizer.ts';
import { createTokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { tokenizerFiles, type TokenizerName } from '../tokenizer/tokenizer-files.ts';

interface Fixture {
  readonly strings: readonly {
    readonly text: string;
    readonly times: number;
    readonly ids: Record<TokenizerName, readonly number[] | { readonly count: number }>;
  }[];
}

const FIXTURE = JSON.parse(
  readFileSync(new URL('../../fixtures/tokenizer/hugging-face-ids.json', import.meta.url), 'utf8'),
) as Fixture;

interface BytePairModel {
  readonly vocab: Record<string, number>;
  readonly merges: readonly (string | readonly string[])[];
}

/** As llama.cpp's converter lists a tokenizer. */
function metadataOf(name: TokenizerName, pre: string, more: Record<string, GgufValue>): GgufMetadata {
  const { json } = tokenizerFiles(name, 'none');
  const { vocab, merges } = json.model as BytePairModel;
  const tokens: string[] = [];
  const kinds: number[] = [];
  const put = (content: string, id: number, kind: number): void => {
    tokens[id] = content;
    kinds[id] = kind;
  };
  for (const [content, id] of Object.entries(vocab)) put(content, id, 1);
  for (const { content, id } of json.added_tokens) put(content, id, 3);
  const entries: Record<string, GgufValue> = {
    model: 'gpt2',
    pre,
    tokens: Array.from(tokens, (token, id) => token ?? `[PAD${id}]`),
    token_type: Array.from(kinds, (kind) => kind ?? 5),
    merges: merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
    ...more,
  };
  return new Map(Object.entries(entries).map(([key, value]) => [`tokenizer.ggml.${key}`, value]));
}

describe.each<[TokenizerName, string, Record<string, GgufValue>, number[]]>([
  ['qwen2.5', 'qwen2', { add_bos_token: false, eos_token_id: 151_645 }, []],
  ['llama3.1', 'llama-bpe', { bos_token_id: 128_000, eos_token_id: 128_009 }, [128_000]],
  ['mistral', 'tekken', { bos_token_id: 1, eos_token_id: 2, add_bos_token: true }, [1]],
])('%s, as %s', (name, pre, more, begin) => {
  it('has the ids of the original', () => {
    const made = ggufTokenizer(metadataOf(name, pre, more))!;
    const tokenizer = createTokenizer(made.tokenizer, made.config);
    expect(tokenizer.frame).toEqual({ before: begin, after: [] });
    expect(tokenizer.eosTokenId).toBe(more['eos_token_id']);
    for (const { text, times, ids } of FIXTURE.strings) {
      const expected = ids[name];
      if ('count' in expected) continue;
      expect([...begin, ...tokenizer.encode(text.repeat(times))], JSON.stringify(text)).toEqual(expected);
    }
  });
});

const SMALL = {
  model: 'gpt2',
  pre: 'smollm',
  tokens: ['a', '1', '2', '</s>', '__proto__'],
  token_type: [1, 1, 1, 3, 4],
  merges: [],
};
const small = (change: object): GgufMetadata =>
  new Map(
    Object.entries({ ...SMALL, ...change }).map(([key, value]) => [
      `tokenizer.ggml.${key}`,
      value as GgufValue,
    ]),
  );

it('splits digits where SmolLM does, and keeps names that are properties of objects', () => {
  const made = ggufTokenizer(small({ eos_token_id: 3 }))!;
  const tokenizer = createTokenizer(made.tokenizer, made.config);
  expect(tokenizer.encode('a12')).toEqual([0, 1, 2]);
  expect(tokenizer.addedToken('__proto__')?.id).toBe(4);
  expect(made.generation).toEqual({ eos_token_id: [3] });
});

it.each([
  ['SentencePiece', { model: 'llama' }],
  ['another splitting', { pre: 'deepseek-llm' }],
  ['a name of an object', { pre: 'constructor' }],
])('does not guess at %s', (_name, change) => {
  expect(ggufTokenizer(small(change))).toBeNull();
});

it.each([
  ['no list of merges', { merges: undefined }, /tokenizer\.ggml\.merges/],
  ['a begin token without an id', { add_bos_token: true }, /tokenizer\.ggml\.bos_token_id/],
])('refuses %s by its key', (_name, change, message) => {
  expect(() => ggufTokenizer(small(change))).toThrow(message);
});
