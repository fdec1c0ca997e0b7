/** Quotes that are held to the document's own words, whatever the model's logits say. */
import { describe, expect, test } from 'vitest';
import { VerbatimQuotes } from '../../../src/rank1/verbatim-quotes.ts';
import { VerbatimText } from '../../../src/rank1/verbatim-text.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const CUE = 'says "';
/** A token is a byte, so that characters span tokens. */
const idsOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const bytes = {
  encode: idsOf,
  decode: (ids: readonly number[]) => new TextDecoder().decode(Uint8Array.from(ids)),
};

/** Decodes a chain whose model wants `wanted`, and where that is not to be had, the first of `others` in order. */
function decode(document: string, wanted: string, others = 'abcdefghijklmnopqrstuvwxyz ."'): string {
  const quotes = new VerbatimQuotes(bytes, CUE, document);
  const taken: number[] = [];
  for (const id of idsOf(wanted)) {
    const logits = new Float32Array(256).fill(-100);
    [...others].forEach((other, rank) => (logits[other.charCodeAt(0)] = -1 - rank));
    logits[id] = 1;
    taken.push(quotes.next(logits)!);
  }
  return bytes.decode(taken);
}

describe('the text of a quote', () => {
  const stands = (source: string, text: string): boolean => {
    const follower = new VerbatimText(CUE, source);
    return follower.advance(follower.start, text) !== null;
  };

  test.each([
    ['The bridge opened in 1894.', 'It says "opened in 1894".', true],
    ['The bridge opened in 1894.', 'It says "opened in 1895".', false],
    ['The bridge opened in 1894.', 'It says "ridge opened".', false],
    ['The bridge opened in 1894.', 'It says "The bridge op".', false],
    ['The bridge opened in 1894.', 'It says "".', false],
    ['The bridge opened\n  in 1894.', 'It says "opened in 1894." It is so.', true],
    ['The bridge opened in 1894.', 'It says "opened\nin 1894".', true],
    ['The bridge opened in 1894.', 'It says " opened"', true],
    ['The bridge opened in 1894.', 'It says "  opened', false],
    ['The bridge opened in 1894.', 'It says "opened in 1894" and says "closed".', false],
    ['Who says so?', 'It asks "anything at all", and says so.', true],
    ['', 'It says "a', true],
    ['東京は日本の首都です。', 'It says "日本の首都".', true],
    ['東京は日本の首都です。', 'It says "日本の都".', false],
    ['l\u2019été 🥶 à Québec', 'It says "été 🥶 à Québec".', true],
  ])('of %j, %j: %j', (source, text, verbatim) => {
    expect(stands(source, text)).toBe(verbatim);
  });

  test.each([
    ['He said "no" to it.', 'It says "He said "no" to it." So.', true],
    ['He said "no" to it.', 'It says "He said "no". It is so.', true],
    ['He said "no" to it.', 'It says "He said "no" to us".', false],
    ['on "Billboard"s chart', 'It says "on "Billboard"s list".', false],
    ['on "Billboard"s chart', 'It says "on "Billboard".', true],
  ])('of %j, which holds quotation marks, %j: %j', (source, text, verbatim) => {
    expect(stands(source, text)).toBe(verbatim);
  });

  test('may be given in pieces of any size', () => {
    const random = new SeededRandom(5);
    const source = 'He said "no" to it, and "yes" to all else.';
    const follower = new VerbatimText(CUE, source);
    for (const text of ['It says "no" to it". It says "all else".', 'It says "He said "no". So.']) {
      let state = follower.start;
      for (let start = 0; start < text.length;) {
        const end = start + random.integer(1, 5);
        state = follower.advance(state, text.slice(start, end))!;
        start = end;
      }
      expect(state).toEqual(follower.advance(follower.start, text));
    }
  });
});

describe('decoding', () => {
  test('changes nothing of a chain whose quotes are verbatim, nor outside of quotes', () => {
    const chain = 'Asked: "when", "zzz". The passage says "opened in 1894". zzz';
    expect(decode('The bridge opened in 1894.', chain)).toBe(chain);
  });

  test('a token that breaks a quote gives way to the likeliest that does not', () => {
    expect(decode('The bridge opened in 1894.', 'It says "The bridge opened on')).toBe(
      'It says "The bridge opened in',
    );
    expect(decode('The bridge opened. We closed it.', 'It says "Zhe', 'Wh"T')).toBe('It says "We"');
  });

  test('a quote is not ended within a word', () => {
    expect(decode('The bridge.', 'It says "The br".....')).toBe('It says "The bridge."');
    expect(decode('The bridge opened.', 'It says "The br""""""')).toBe('It says "The bridge""');
  });

  test('a document without words to quote leaves the model its own', () => {
    expect(decode('', 'It says "nothing".')).toBe('It says "nothing".');
  });

  test('the only token that fits may be the least likely of a large vocabulary', () => {
    const large = { ...bytes, decode: (ids: readonly number[]) => (ids[0]! < 256 ? bytes.decode(ids) : '~') };
    const quotes = new VerbatimQuotes(large, CUE, 'It');
    const prefer = (least: (id: number) => number) =>
      Float32Array.from({ length: 1000 }, (_, id) => least(id));
    for (const cued of idsOf(CUE)) quotes.next(prefer((id) => Number(id === cued)));
    const [it] = idsOf('I');
    expect(quotes.next(prefer((id) => (id === it ? -Infinity : id % 7)))).toBe(it);
  });

  test('the end of the chain is not quoted from a passage that spells it', () => {
    const passage = 'It is so.</think> true <|im_end|> It is.';
    const chain = decode(passage, 'It says "It is so.</think> true', 'I"');
    expect(chain).toMatch(/^It says "It is so\."/);
    expect(decode(passage, 'It says "<|im_end|>', 'It is')).not.toContain('<|');
  });

  test('no logits, no token', () => {
    const quotes = new VerbatimQuotes(bytes, CUE, 'a');
    expect(quotes.next(new Float32Array(256).fill(NaN))).toBeNull();
  });

  test('a sampler draws, and what it draws is held to the document', () => {
    const drawn = idsOf('It says "The bridge is').values();
    const sampler = { next: () => drawn.next().value! };
    const quotes = new VerbatimQuotes(bytes, CUE, 'The bridge opened.', sampler);
    const logits = new Float32Array(256).fill(-1);
    logits[idsOf('o')[0]!] = 1;
    const taken = Array.from({ length: 21 }, () => quotes.next(logits)!);
    expect(bytes.decode(taken)).toBe('It says "The bridge o');
  });

  test('whatever the logits say, every quote is in the document', () => {
    const random = new SeededRandom(11);
    const words = ['été', 'no', '"yes"', '🥶', '東京', 'a', '1894', 'says', '\n', 'don\u2019t', '"', 'no.'];
    for (let round = 0; round < 200; round++) {
      const document = Array.from({ length: random.integer(1, 12) }, () => words[random.integer(0, 12)]).join(
        ' ',
      );
      if (document.trim() === '') continue; // nothing to quote
      const quotes = new VerbatimQuotes(bytes, CUE, document);
      const taken: number[] = [];
      for (let step = 0; step < 60; step++) {
        const logits = Float32Array.from({ length: 256 }, () => random.integer(-1000, 1000) / 100);
        const cued = idsOf(CUE)[step];
        if (cued !== undefined) logits[cued] = 1e6;
        // The model tends to what can follow.
        for (const id of idsOf(document)) logits[id]! += random.integer(0, 20);
        taken.push(quotes.next(logits)!);
      }
      const written = bytes.decode(taken).slice(CUE.length);
      const source = document.replace(/\s+/g, ' ');
      const isHeld = (quote: string) => quote !== '' && source.includes(quote.replace(/\s/g, ' '));
      const marks = [...written.matchAll(/"/g)].map(({ index }) => index);
      const unfinished = written.replace(/\uFFFD$/, '');
      expect([
        document,
        written,
        isHeld(unfinished) || marks.some((end) => isHeld(written.slice(0, end))),
      ]).toEqual([document, written, true]);
    }
  });
});
