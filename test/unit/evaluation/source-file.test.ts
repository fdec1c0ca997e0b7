import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/seeded-random.ts';
import { readLines } from '../../../src/evaluation/files/lines.ts';
import { decodeText, sourceFile } from '../../../src/evaluation/files/source-file.ts';

const TEXT = 'aé中😀\r\n\n\u00a0x\u3000y\nlast';

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The bytes cut into pieces of random length, some empty. */
function inPieces(bytes: Uint8Array, seed: number): Uint8Array[] {
  const random = seededRandom(seed);
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = Math.min(bytes.length, start + random.below(4));
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}

describe('decodeText', () => {
  it('gives the same text however the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(TEXT);
    for (let seed = 0; seed < 200; seed++) {
      expect((await collect(decodeText(sourceFile('f', inPieces(bytes, seed))))).join('')).toBe(TEXT);
    }
  });
  it('reads strings, bytes, blobs larger than a chunk, and Node streams alike', async () => {
    const long = TEXT.repeat(100_000);
    const bytes = new TextEncoder().encode(long);
    const contents = [
      long,
      bytes,
      new Blob([long]),
      Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]),
    ];
    for (const content of contents)
      expect((await collect(decodeText(sourceFile('f', content)))).join('') === long).toBe(true);
  });
  it('drops a byte order mark at the start and nowhere else', async () => {
    expect((await collect(decodeText(sourceFile('f', '\uFEFFa\uFEFFb')))).join('')).toBe('a\uFEFFb');
    const parts = ['\uFEFF', 'a', '\uFEFF', 'b'].map((part) => new TextEncoder().encode(part));
    expect((await collect(decodeText(sourceFile('f', parts)))).join('')).toBe('a\uFEFFb');
  });
  it.each([
    ['a lone continuation byte', [0x80]],
    ['a cut character', [0xe4, 0xb8]],
    ['an overlong form', [0xc0, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a code point past U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00]],
  ])('names the line of %s, however the bytes are cut', async (_, faulty) => {
    const bytes = Uint8Array.from([
      ...new TextEncoder().encode('é1\né2\né'),
      ...faulty,
      ...new TextEncoder().encode('\né4\n'),
    ]);
    for (let seed = 0; seed < 50; seed++) {
      await expect(collect(decodeText(sourceFile('dir/f.txt', inPieces(bytes, seed))))).rejects.toMatchObject(
        {
          code: 'invalid-file',
          message: expect.stringMatching(
            /^dir\/f\.txt, line 3: the bytes are not UTF-8 text\. Save/,
          ) as string,
        },
      );
    }
  });
});

describe('readLines', () => {
  it('gives every line that is not blank with its number, however the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(TEXT);
    for (let seed = 0; seed < 100; seed++) {
      const lines = await collect(readLines(sourceFile('f', inPieces(bytes, seed))));
      expect(lines.map(({ line, text }) => [line, text])).toEqual([
        [1, 'aé中😀'],
        [3, '\u00a0x\u3000y'],
        [4, 'last'],
      ]);
    }
  });
  it.each([
    ['', '\n\n'],
    ['', ''],
    ['\uFEFF', ''],
  ])('refuses a file without lines: %j%j', async (...parts) => {
    await expect(collect(readLines(sourceFile('f', parts.join(''))))).rejects.toThrow(
      'f, line 1: the file is empty.',
    );
  });
  it('stops at a line that never ends, long before the end of the file', async () => {
    let numChunks = 0;
    function* endless(): Generator<Uint8Array> {
      for (; numChunks < 1024; numChunks++) yield new Uint8Array(1 << 20).fill(97); // 1 GB
    }
    await expect(collect(readLines(sourceFile('f', endless())))).rejects.toThrow(
      /f, line 1: the line is longer than/,
    );
    expect(numChunks).toBeLessThan(20);
  });
});
