import { describe, expect, test } from 'vitest';
import { IncrementalDecoder } from '../../../src/tokenizer/incremental-decoder.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { loadTokenizer } from './tokenizer-files.ts';

const demo = loadTokenizer('demo');
const qwen = loadTokenizer('qwen2.5');

function deltasOf(tokenizer: Pick<typeof demo, 'decode'>, tokenIds: readonly number[]): string[] {
  const decoder = new IncrementalDecoder(tokenizer);
  return [...tokenIds.map((tokenId) => decoder.push(tokenId)), decoder.flush()];
}

/** Ids are bytes: every sequence of bytes can be made, the invalid ones too. */
const bytes = {
  decode: (tokenIds: readonly number[]) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(tokenIds)),
};

describe('IncrementalDecoder', () => {
  test('hands out a character with the token that completes it', () => {
    expect(deltasOf(bytes, [0x61, 0xf0, 0x9f, 0x98, 0x80, 0x62])).toEqual([
      'a',
      '',
      '',
      '',
      '\u{1F600}',
      'b',
      '',
    ]);
  });

  test('hands out whole characters before an incomplete one at once', () => {
    const decoder = new IncrementalDecoder({ decode: (ids) => (ids.length === 1 ? 'ab\uFFFD' : 'ab\u00e9') });
    expect(decoder.push(1)).toBe('ab');
    expect(decoder.push(2)).toBe('\u00e9');
  });

  test('gives an incomplete character at the end as U+FFFD when flushed, once', () => {
    const decoder = new IncrementalDecoder(bytes);
    expect(decoder.push(0xe6)).toBe('');
    expect(decoder.flush()).toBe('\uFFFD');
    expect(decoder.flush()).toBe('');
  });

  test('goes on after a flush as if it were new', () => {
    const decoder = new IncrementalDecoder(bytes);
    decoder.push(0xe6);
    decoder.flush();
    expect(decoder.push(0x61)).toBe('a');
  });

  test('keeps a byte order mark in the middle of a text', () => {
    expect(deltasOf(bytes, [0x61, 0xef, 0xbb, 0xbf, 0x62]).join('')).toBe('a\uFEFFb');
  });

  test('joins to one decode of all ids, whatever bytes they are', () => {
    const random = new SeededRandom(11);
    // The lead, continuation and forbidden bytes are where decoders differ, so they come often.
    const edges = [
      0x41, 0x80, 0xbf, 0xc0, 0xc3, 0xe0, 0xed, 0xa0, 0xef, 0xbb, 0xbf, 0xbd, 0xf0, 0x90, 0x9f, 0xf4, 0xff,
    ];
    for (let round = 0; round < 3000; round++) {
      const ids = Array.from({ length: random.integer(0, 30) }, () =>
        random.next() < 0.8 ? random.pick(edges) : random.integer(0, 255),
      );
      expect(deltasOf(bytes, ids).join(''), ids.join(' ')).toBe(bytes.decode(ids));
    }
  });

  test.each([
    ['demo', demo, 16_384],
    ['qwen2.5', qwen, 151_665],
  ])('joins to one decode of any ids of %s', (_name, tokenizer, vocabSize) => {
    const random = new SeededRandom(12);
    for (let round = 0; round < 300; round++) {
      // The first ids are single bytes, the last are added tokens and, behind them, nothing at all.
      const ids = Array.from({ length: random.integer(1, 40) }, () =>
        random.pick([
          random.integer(0, 255),
          random.integer(0, vocabSize - 1),
          random.integer(vocabSize - 3, vocabSize + 3),
        ]),
      );
      expect(deltasOf(tokenizer, ids).join('')).toBe(tokenizer.decode(ids));
    }
  });

  test('never hands out half a surrogate pair', () => {
    for (const delta of deltasOf(
      demo,
      demo.encode('\u{1F468}\u200D\u{1F469}\u200D\u{1F467} \u{10FFFF}\u{10000}'),
    )) {
      expect(delta.isWellFormed()).toBe(true);
    }
  });

  test('keeps up with a chain of thousands of broken characters', { timeout: 20_000 }, () => {
    const ids = new Array<number>(8192).fill(0x80);
    expect(deltasOf(bytes, ids).join('')).toBe('\uFFFD'.repeat(8192));
    // One of the single-byte tokens is a continuation byte, which is no character by itself.
    const broken =
      Array.from({ length: 256 }, (_, id) => id).find((id) => qwen.decode([id]) === '\uFFFD') ?? -1;
    const chain = new Array<number>(8192).fill(broken);
    expect(deltasOf(qwen, chain).join('')).toBe(qwen.decode(chain));
  });
});
