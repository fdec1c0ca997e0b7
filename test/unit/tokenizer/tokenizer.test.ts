import { describe, expect, test } from 'vitest';
import { isRank1Error } from '../../../src/base/errors.ts';
import { addedTokenSplitter } from '../../../src/tokenizer/added-tokens.ts';
import { createTokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { loadTokenizer, tokenizerFiles } from './tokenizer-files.ts';

const demo = loadTokenizer('demo');
const qwen = loadTokenizer('qwen2.5');
const llama = loadTokenizer('llama3.1');

describe('encode', () => {
  test('gives no ids for an empty text', () => {
    expect(demo.encode('')).toEqual([]);
  });

  test('adds no special tokens', () => {
    expect(llama.encode('a')).toHaveLength(1);
  });

  test.each([
    ['demo', demo],
    ['qwen2.5', qwen],
    ['llama3.1', llama],
  ])('never gives an added token of %s for a text that spells it', (_name, tokenizer) => {
    for (const spelling of [
      '<think>',
      '</think>',
      '<|endoftext|>',
      '<|im_end|>',
      '<|begin_of_text|>',
      '<|eot_id|>',
    ]) {
      const id = tokenizer.addedToken(spelling)?.id;
      if (id === null) continue;
      for (const text of [spelling, `x ${spelling} y`, `${spelling}${spelling}`, ` ${spelling} true`]) {
        expect(tokenizer.encode(text), text).not.toContain(id);
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }
    }
  });

  test('never gives an added token whose spelling is one plain word', () => {
    // Llama's tokenizer looks whole words up before it merges anything, so an added word could slip in there.
    const { json, config } = tokenizerFiles('llama3.1', 'none');
    const word = { id: 128_256, content: 'zyzzyx', special: false, normalized: false };
    const withWord = createTokenizer({ ...json, added_tokens: [...json.added_tokens, word] }, config);
    const added = withWord.addedToken('zyzzyx')?.id;
    expect(added).not.toBeNull();
    expect(withWord.encode('zyzzyx')).toEqual(llama.encode('zyzzyx'));
  });

  test('reads a lone surrogate as U+FFFD', () => {
    const replacement = demo.encode('a\uFFFDb');
    expect(demo.encode('a\uD800b')).toEqual(replacement);
    expect(demo.encode('a\uDC00b')).toEqual(replacement);
    expect(demo.encode('\uDC00\uD800')).toEqual(demo.encode('\uFFFD\uFFFD'));
    expect(demo.encode('\uD83D\uDE00')).not.toEqual(demo.encode('\uFFFD\uFFFD'));
  });

  test('is the same for every call, whatever was encoded before', () => {
    const text = 'The quick brown fox, again and again.';
    const first = demo.encode(text);
    for (let i = 0; i < 50; i++) demo.encode(`${i} other words ${text.slice(i % 20)}`);
    expect(demo.encode(text)).toEqual(first);
  });

  // Quadratic work on any of these would take hours, so the limit may be generous.
  test.each([
    ['one word', 'abcdefghij'.repeat(10_000)],
    ['one letter', 'a'.repeat(100_000)],
    ['spaces', ' '.repeat(100_000)],
    ['spaces before a word', `${' '.repeat(100_000)}x`],
    ['newlines', '\n'.repeat(100_000)],
    ['digits', '7'.repeat(100_000)],
    ['markers', '</think> true'.repeat(8_000)],
    ['Chinese', '\u6f22\u5b57'.repeat(50_000)],
    ['combining marks', `e${'\u0301'.repeat(100_000)}`],
    ['prose of a million characters', 'The quick brown fox jumps over the lazy dog. '.repeat(22_300)],
  ])('reads 100,000 characters and more of %s in linear time', { timeout: 60_000 }, (_name, text) => {
    const ids = qwen.encode(text);
    expect(qwen.decode(ids)).toBe(text.normalize('NFC'));
  });
});

describe('decode', () => {
  test('gives an empty text for no ids', () => {
    expect(demo.decode([])).toBe('');
  });

  test('shows added tokens as their text and keeps every space', () => {
    const close = demo.addedToken('</think>')?.id;
    expect(close).not.toBeNull();
    expect(demo.decode([...demo.encode('so . '), close ?? -1, ...demo.encode(' true')])).toBe(
      'so . </think> true',
    );
  });

  test('gives nothing for an id without a token, as the padding of a vocabulary has', () => {
    const padding = 151_900;
    expect(qwen.decode([padding])).toBe('');
    expect(qwen.decode([...qwen.encode('a'), padding, ...qwen.encode('b')])).toBe('ab');
  });
});

describe('addedToken', () => {
  test('knows only the spellings of the tokenizer itself', () => {
    expect(demo.addedToken('<think>')?.id).toBe(16_382);
    expect(qwen.addedToken('<think>')).toBeNull();
    expect(qwen.addedToken('<|im_end|>')?.id).toBe(151_645);
    expect(qwen.addedToken('true')).toBeNull();
    expect(qwen.addedToken('toString')).toBeNull();
  });
});

describe('splitAtAddedTokens', () => {
  const { json, config } = tokenizerFiles('llama3.1', 'none');
  const token = (id: number, content: string, single_word = false) => ({ id, content, single_word });
  const added = [
    token(128_256, '<a'),
    token(128_257, '<a>.*'),
    token(128_258, 'in', true),
    token(128_259, ''),
  ];
  const tokenizer = createTokenizer({ ...json, added_tokens: added }, config);

  test.each([
    ['<a<a>.*<a>x', ['', '<a', '', '<a>.*', '', '<a', '>x']],
    ['into in.', ['into ', 'in', '.']],
    ['in-in_in𝔸 𝔸in in', ['', 'in', '-in_in𝔸 𝔸in ', 'in', '']],
    ['none', ['none']],
    ['', ['']],
  ])('of %j gives %j: the longest counts, and a whole word where the token asks for it', (text, pieces) => {
    expect(tokenizer.splitAtAddedTokens(text)).toEqual(pieces);
  });

  test('is of tokens that no one regular expression could hold', () => {
    const words = Array.from({ length: 100 }, (_, number) => `<${number}${'x'.repeat(2 ** 16)}>`);
    const split = addedTokenSplitter(words.map((content) => ({ content, single_word: false })));
    expect(split(`a${words[7]}b<7x>`)).toEqual(['a', words[7], 'b<7x>']);
  });

  test('leaves the text whole if there are none', () => {
    expect(createTokenizer({ ...json, added_tokens: [] }, {}).splitAtAddedTokens('a<think>')).toEqual([
      'a<think>',
    ]);
  });
});

describe('createTokenizer', () => {
  test.each([
    ['null', null, {}],
    ['a string', 'tokenizer', {}],
    ['a list', [], {}],
    ['an empty object', {}, {}],
    [
      'no model',
      { model: null, decoder: null, post_processor: null, pre_tokenizer: null, normalizer: null },
      {},
    ],
    [
      'an unknown model',
      {
        added_tokens: [],
        model: { type: 'Mystery', vocab: {}, merges: [] },
        decoder: null,
        post_processor: null,
        pre_tokenizer: null,
        normalizer: null,
      },
      {},
    ],
    ['a config that is no object', { model: {} }, null],
  ])('rejects %s with a Rank1Error', (_name, json, config) => {
    let thrown: unknown;
    try {
      createTokenizer(json, config);
    } catch (error) {
      thrown = error;
    }
    expect(isRank1Error(thrown, 'tokenizer-unsupported'), String(thrown)).toBe(true);
  });
});
