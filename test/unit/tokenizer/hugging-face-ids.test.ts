/** The ids of `test/oracle/tokenizer/make_fixtures.py`, which Hugging Face's tokenizers gave. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CLOSE_MARKER, OPEN_MARKER, findMarkerTokenIds } from '../../../src/rank1/markers.ts';
import { encodeForcedPrompt, encodePrompt } from '../../../src/rank1/prompt.ts';
import { TOKENIZER_NAMES, loadTokenizer, tokenizerSha256, type TokenizerName } from './tokenizer-files.ts';

type ExpectedIds = readonly number[] | { readonly count: number; readonly checksum: number };

interface Fixture {
  readonly sha256: Record<TokenizerName, string>;
  readonly strings: readonly { text: string; times: number; ids: Record<TokenizerName, ExpectedIds> }[];
  readonly prompts: readonly {
    readonly markersAreTokens: boolean;
    readonly open: readonly number[];
    readonly close: readonly number[];
    readonly true: readonly number[];
    readonly false: readonly number[];
    readonly prompts: readonly {
      readonly query: string;
      readonly document: string;
      readonly reasoning: string;
      readonly ids: readonly number[];
      readonly forcedIds: readonly number[];
    }[];
  }[];
}

const FIXTURE = JSON.parse(
  readFileSync(new URL('../../fixtures/tokenizer/hugging-face-ids.json', import.meta.url), 'utf8'),
) as Fixture;

describe.each(TOKENIZER_NAMES)('the %s tokenizer', (name) => {
  const tokenizer = loadTokenizer(name);

  test('is the one that the fixture was made with', () => {
    expect(tokenizerSha256(name), 'run test/oracle/tokenizer/make_fixtures.py again').toBe(
      FIXTURE.sha256[name],
    );
  });

  test.each(FIXTURE.strings)('gives the ids of Hugging Face for $text x $times', ({ text, times, ids }) => {
    const expected = ids[name];
    const actual = tokenizer.encode(text.repeat(times));
    if ('checksum' in expected)
      expect({ count: actual.length, checksum: checksum(actual) }).toEqual(expected);
    else expect(actual).toEqual(expected);
  });

  test('gives back what it encoded, in composed form', () => {
    for (const { text, times } of FIXTURE.strings) {
      const whole = text.repeat(times);
      const composed = name === 'llama3.1' ? whole : whole.normalize('NFC');
      expect(tokenizer.decode(tokenizer.encode(whole))).toBe(composed);
    }
  });
});

describe.each(FIXTURE.prompts)('the prompt of Qwen2.5, markers are tokens: $markersAreTokens', (expected) => {
  const tokenizer = loadTokenizer('qwen2.5', expected.markersAreTokens ? [OPEN_MARKER, CLOSE_MARKER] : []);

  test('has the marker and answer ids of Hugging Face', () => {
    expect(findMarkerTokenIds(tokenizer)).toEqual({
      trueTokenId: expected.true[0],
      falseTokenId: expected.false[0],
      closeTokenId: expected.markersAreTokens ? expected.close[0] : null,
    });
    expect(expected.open).toHaveLength(expected.markersAreTokens ? 1 : tokenizer.encode(OPEN_MARKER).length);
  });

  test.each(expected.prompts)('has the ids of Hugging Face for the query $query', (prompt) => {
    const { query, document, reasoning } = prompt;
    expect([...encodePrompt(tokenizer, query, document)]).toEqual(prompt.ids);
    expect([...encodeForcedPrompt(tokenizer, query, document, reasoning)]).toEqual(prompt.forcedIds);
  });
});

function checksum(ids: readonly number[]): number {
  return ids.reduce((sum, id) => (sum * 31 + id) % 2147483647, 0);
}
