/** The ids of `test/oracle/tokenizer/make_fixtures.py`, which transformers' AutoTokenizer gave. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findMarkerTokenIds } from '../../../src/rank1/markers.ts';
import {
  encodeContinuedPrompt,
  encodeForcedPrompt,
  encodePrompt,
  promptHead,
  RETHINK_CUE,
} from '../../../src/rank1/prompt.ts';
import type { Tokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { IS_FULL } from '../../tier.ts';
import {
  TOKENIZER_NAMES,
  loadTokenizer,
  tokenizerSha256,
  type MarkerPlace,
  type TokenizerName,
} from './tokenizer-files.ts';

type ExpectedIds = readonly number[] | { readonly count: number; readonly checksum: number };

interface PromptCase {
  readonly query: string;
  readonly document: string;
  readonly reasoning: string;
  readonly ids: readonly number[];
  readonly forcedIds: readonly number[];
  readonly continuedIds: readonly number[];
}

interface Fixture {
  readonly sha256: Record<TokenizerName, string>;
  readonly strings: readonly { text: string; times: number; ids: Record<TokenizerName, ExpectedIds> }[];
  readonly prompts: readonly {
    readonly tokenizer: TokenizerName;
    readonly markers: MarkerPlace;
    readonly open: number | null;
    readonly close: number | null;
    readonly true: number;
    readonly false: number;
    readonly eos: number;
    readonly prompts: readonly PromptCase[];
  }[];
}

const FIXTURE = JSON.parse(
  readFileSync(new URL('../../fixtures/tokenizer/hugging-face-ids.json', import.meta.url), 'utf8'),
) as Fixture;
/** What each tokenizer puts in front of a whole input. */
const BEGIN: Record<TokenizerName, number[]> = {
  demo: [],
  'qwen2.5': [],
  'llama3.1': [128_000],
  mistral: [1],
};

let tokenizer: Tokenizer;
/** One at a time: a vocabulary takes 100 MB of small objects. */
function useTokenizer(...which: Parameters<typeof loadTokenizer>): void {
  beforeAll(() => {
    tokenizer = loadTokenizer(...which);
  });
}
afterAll(() => {
  tokenizer = undefined!;
});

describe.each(TOKENIZER_NAMES)('the %s tokenizer', (name) => {
  useTokenizer(name);

  test('is the one that the fixture was made with', () => {
    expect(tokenizerSha256(name), 'run test/oracle/tokenizer/make_fixtures.py again').toBe(
      FIXTURE.sha256[name],
    );
  });

  test('puts around a text what its post-processor does', () => {
    expect(tokenizer.frame).toEqual({ before: BEGIN[name], after: [] });
  });

  test(`gives the ids of transformers for ${FIXTURE.strings.length} texts`, () => {
    expect(FIXTURE.strings.length).toBeGreaterThanOrEqual(300);
    for (const { text, times, ids } of FIXTURE.strings) {
      const actual = [
        ...tokenizer.frame.before,
        ...tokenizer.encode(text.repeat(times)),
        ...tokenizer.frame.after,
      ];
      const expected = ids[name];
      const found = 'checksum' in expected ? { count: actual.length, checksum: checksum(actual) } : actual;
      expect(found, `${JSON.stringify(text)} x ${times}`).toEqual(expected);
    }
  });

  test('gives back what it encoded, composed where it normalises', () => {
    const isComposed = name === 'demo' || name === 'qwen2.5';
    for (const { text, times } of FIXTURE.strings) {
      const whole = text.repeat(times).toWellFormed();
      expect(tokenizer.decode(tokenizer.encode(whole))).toBe(isComposed ? whole.normalize('NFC') : whole);
    }
  });
});

// Every place of the markers in one tokenizer, the usual ones in the others.
const PROMPTS = FIXTURE.prompts.filter(
  (one) => IS_FULL || one.tokenizer === 'qwen2.5' || one.markers === 'none' || one.markers === 'both',
);

describe.each(PROMPTS)('the prompt of $tokenizer, markers in: $markers', (expected) => {
  useTokenizer(expected.tokenizer, expected.markers);

  test('has the marker, answer and end-of-text ids of transformers', () => {
    expect(findMarkerTokenIds(tokenizer)).toEqual({
      trueTokenId: expected.true,
      falseTokenId: expected.false,
      closeTokenId: expected.close,
    });
    expect(tokenizer.addedToken('<think>')?.id ?? null).toBe(expected.open);
    expect(tokenizer.eosTokenId).toBe(expected.eos);
  });

  test('has the ids of transformers, asked, forced and continued', () => {
    for (const { query, document, reasoning, ...ids } of expected.prompts) {
      expect([...encodePrompt(tokenizer, query, document)]).toEqual(ids.ids);
      expect([...encodeForcedPrompt(tokenizer, query, document, reasoning)]).toEqual(ids.forcedIds);
      const continued = encodeContinuedPrompt(tokenizer, query, document, reasoning + RETHINK_CUE);
      expect([...continued]).toEqual(ids.continuedIds);
    }
  });

  test('begins with the same tokens whatever the document is, so that they can be kept', () => {
    const head = [...tokenizer.frame.before, ...tokenizer.encode(promptHead('a query'))];
    for (const document of ['x', '12', '\u6f22\u5b57']) {
      // The last token may join with the document.
      const ids = [...encodePrompt(tokenizer, 'a query', document)];
      expect(ids.slice(0, head.length - 1)).toEqual(head.slice(0, -1));
    }
  });
});

function checksum(ids: readonly number[]): number {
  return ids.reduce((sum, id) => (sum * 31 + id) % 2147483647, 0);
}
