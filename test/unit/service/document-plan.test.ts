import { describe, expect, test } from 'vitest';
import { RANK1_PROFILE } from '../../../src/model/scoring-profile.ts';
import type { RerankDocument, RunOptions } from '../../../src/protocol/rerank-api.ts';
import { encodePrompt } from '../../../src/rank1/prompt.ts';
import { DocumentPlanner, type PlannedDocument } from '../../../src/service/rerank/document-plan.ts';
import type { Tokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { CharacterTokenizer } from '../../fakes/character-tokenizer.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';

const demo = loadTokenizer('demo');
const MARGIN = 16;

interface PlanOptions extends RunOptions {
  readonly query?: string;
  readonly maxPositions?: number;
  readonly modelMaxNewTokens?: number;
}

function plan(
  documents: readonly (string | RerankDocument)[],
  options: PlanOptions = {},
  tokenizer: Tokenizer = demo,
) {
  const { query = 'a query', maxPositions = 512, modelMaxNewTokens = 100, ...rest } = options;
  const request = {
    query,
    documents: documents.map((document) => (typeof document === 'string' ? { text: document } : document)),
    options: rest,
  };
  const planner = new DocumentPlanner(tokenizer, { maxPositions }, RANK1_PROFILE, request, modelMaxNewTokens);
  const planned: PlannedDocument[] = [];
  for (let next = planner.next(); next; next = planner.next()) planned.push(next);
  expect(planner.isDone).toBe(true);
  const { query: promptQuery, maxNewTokens } = planner;
  return {
    query: promptQuery,
    maxNewTokens,
    documents: planned.flatMap(({ index, prompts }) => prompts.map((prompt) => ({ index, ...prompt }))),
    tooLong: planned
      .filter(({ prompts }) => prompts.length === 0)
      .map(({ index, numPromptTokens }) => ({ index, numPromptTokens })),
    maxLength: planner.lengthFor(planned),
    prefixTokenIds: planner.prefixOf(planned),
  };
}

test('counts what the tokenizer puts around a text, in budget, prompts and kept prefix', () => {
  const bare = new CharacterTokenizer();
  const framed = new CharacterTokenizer(undefined, { before: [0x31_0000], after: [0x31_0001] });
  const documents = ['short', 'x'.repeat(2000)];
  const [without, within] = [bare, framed].map((tokenizer) => plan(documents, {}, tokenizer));
  expect(within!.prefixTokenIds[0]).toBe(0x31_0000);
  expect(within!.prefixTokenIds).toHaveLength(without!.prefixTokenIds.length + 1);
  const ids = within!.documents.map(({ promptTokenIds }) => [...promptTokenIds]);
  for (const prompt of ids) expect([prompt[0], prompt.at(-1)]).toEqual([0x31_0000, 0x31_0001]);
  expect(ids[0]).toHaveLength(without!.documents[0]!.promptTokenIds.length + 2);
  // The cut document gives way to the frame: its prompt is no longer than without one.
  expect(ids[1]!.length).toBeLessThanOrEqual(without!.documents[1]!.promptTokenIds.length + 1);
  expect(ids[1]!.length + within!.maxNewTokens + MARGIN).toBeLessThanOrEqual(512);
});

describe('a plan', () => {
  test('keeps documents that fit as they are, each with its place and its whole prompt', () => {
    const { documents, tooLong } = plan(['One.', '', { title: 'T', text: 'Two.' }]);
    expect(tooLong).toEqual([]);
    expect(documents.map(({ index, text, truncated }) => [index, text, truncated])).toEqual([
      [0, 'One.', false],
      [1, '', false],
      [2, 'T Two.', false],
    ]);
    for (const { text, promptTokenIds } of documents) {
      expect([...promptTokenIds]).toEqual([...encodePrompt(demo, 'a query', text)]);
    }
  });

  test('has room for the longest prompt, its chain and the forced answer', () => {
    const { documents, maxLength, maxNewTokens } = plan(['short', 'word '.repeat(120)]);
    const longest = Math.max(...documents.map((document) => document.promptTokenIds.length));
    expect(maxLength).toBeGreaterThanOrEqual(longest + maxNewTokens + MARGIN);
    expect(maxLength % 64).toBe(0);
  });

  test('never asks for more than the model has', () => {
    expect(plan(['word '.repeat(1000)], { maxPositions: 500 }).maxLength).toBe(500);
  });

  test('takes the number of new tokens from the caller, else from the model, and at most half the context', () => {
    expect(plan(['x'], { maxNewTokens: 7 }).maxNewTokens).toBe(7);
    expect(plan(['x'], { modelMaxNewTokens: 50 }).maxNewTokens).toBe(50);
    expect(plan(['x'], { maxNewTokens: 8192, maxPositions: 512 }).maxNewTokens).toBe(256);
  });

  test('knows what all prompts of the query begin with, whatever the documents are', () => {
    const { prefixTokenIds, documents } = plan(['One.', 'Two words', 'On']);
    expect(demo.decode([...prefixTokenIds])).toMatch(/Query: a query\s+Passage:$/);
    for (const { promptTokenIds } of documents)
      expect([...promptTokenIds.subarray(0, prefixTokenIds.length)]).toEqual([...prefixTokenIds]);
    expect(plan(['Another document, alone.']).prefixTokenIds).toEqual(prefixTokenIds);
    expect(plan(['One one', 'One two']).prefixTokenIds).toEqual(prefixTokenIds);
    expect(plan([]).prefixTokenIds.length).toBeGreaterThan(0);
  });

  test('of an empty list is empty', () => {
    expect(plan([])).toMatchObject({ documents: [], tooLong: [] });
  });

  test('adds the instruction to the query', () => {
    expect(plan(['x'], { instruction: 'only papers' }).query).toBe('a query only papers');
  });
});

describe('too long a query', () => {
  test('leaves no document to judge, and says how long it is', () => {
    const { documents, tooLong } = plan(['x', 'y'], { query: 'word '.repeat(500) });
    expect(documents).toEqual([]);
    expect(tooLong.map(({ index }) => index)).toEqual([0, 1]);
    expect(tooLong[0]?.numPromptTokens).toBeGreaterThan(500);
  });

  test('is told from one that just fits at every length, and neither throws', () => {
    for (let words = 330; words < 420; words++) {
      const { documents, tooLong } = plan(['A document.'], { query: 'word '.repeat(words) });
      expect(documents.length + tooLong.length).toBe(1);
      for (const { promptTokenIds } of documents)
        expect(promptTokenIds.length).toBeLessThanOrEqual(512 - 100 - MARGIN);
    }
  });

  test('is every query for a context that holds no prompt at all', () => {
    for (const maxPositions of [1, 2, 17, 40]) {
      expect(plan(['x'], { maxPositions }).tooLong).toHaveLength(1);
    }
  });
});

describe('a document that does not fit', () => {
  const maxPromptTokens = 512 - 100 - MARGIN;

  test.each([
    ['prose', 'The quick brown fox jumps over the lazy dog, and the others watch it. '.repeat(1500), 0.95],
    ['Chinese', '\u6f22\u5b57\u3068\u4eee\u540d'.repeat(20_000), 0.95],
    ['emoji', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'.repeat(20_000), 0.95],
    ['one word', 'abcdefghij'.repeat(10_000), 0.95],
    ['digits', '0123456789'.repeat(10_000), 0.95],
    ['decomposed letters', 'e\u0301'.repeat(50_000), 0.95],
    ['lone surrogates', '\uD83D '.repeat(50_000), 0.95],
    ['sparse before dense', `${'                '.repeat(400)}${'\u6f22\u5b57'.repeat(50_000)}`, 0.9],
    ['dense before sparse', `${'\u{1F9EC}'.repeat(90)}${' word'.repeat(20_000)}`, 0.9],
  ])('is cut to fill the room: %s', (_name, text, share) => {
    const [document] = plan([text]).documents;
    expect(document?.truncated).toBe(true);
    expect(document?.promptTokenIds.length).toBeLessThanOrEqual(maxPromptTokens);
    expect(document?.promptTokenIds.length).toBeGreaterThanOrEqual(maxPromptTokens * share);
    const composed = text.toWellFormed().normalize('NFC');
    expect(composed.startsWith(document?.text.normalize('NFC') ?? '-')).toBe(true);
  });

  test('is cut between words', () => {
    const [document] = plan(['relevance '.repeat(1000)]).documents;
    expect(document?.text).toMatch(/^(relevance )+relevance$/);
  });

  test('is cut at the same place however much follows', () => {
    const text = 'The quick brown fox jumps over the lazy dog. ';
    const texts = [100, 1000, 100_000].map((times) => plan([text.repeat(times)]).documents[0]?.text);
    expect(new Set(texts).size).toBe(1);
  });

  test('costs no more the longer it is', () => {
    const costs = [100_000, 5_000_000].map((length) => {
      const tokenizer = new CharacterTokenizer();
      plan(['x'.repeat(length)], {}, tokenizer);
      return tokenizer.numEncodedCharacters;
    });
    expect(costs[0]).toBe(costs[1]);
    expect(costs[0]).toBeLessThan(20_000);
  });

  test('of white space only is cut and flagged, though it needs few tokens', () => {
    const [document] = plan([' '.repeat(100_000)]).documents;
    expect(document).toMatchObject({ truncated: true });
  });
});

describe('any document', () => {
  test('fits when cut, is a beginning of its text, and is never cut inside a character', () => {
    const random = new SeededRandom(41);
    const parts = [
      'word ',
      '\u{1F600}',
      '\u6f22',
      ' ',
      '\n',
      'e\u0301',
      '1234',
      '</think> true',
      '\u{1F468}\u200D\u{1F469}',
      '.',
    ];
    for (let round = 0; round < 150; round++) {
      const text = Array.from({ length: random.integer(0, 60) }, () =>
        random.pick(parts).repeat(random.integer(1, 12)),
      ).join('');
      const maxPositions = random.integer(150, 300);
      const maxPromptTokens = maxPositions - 40 - MARGIN;
      const { documents } = plan([text], { maxPositions, modelMaxNewTokens: 40 });
      const [document] = documents;
      if (!document) throw new Error('the query leaves room for some of the document');
      expect(document.promptTokenIds.length).toBeLessThanOrEqual(maxPromptTokens);
      expect(document.text.isWellFormed()).toBe(true);
      expect(text.normalize('NFC').startsWith(document.text.normalize('NFC'))).toBe(true);
      expect(document.truncated).toBe(encodePrompt(demo, 'a query', text).length > maxPromptTokens);
      if (!document.truncated) expect(document.text).toBe(text);
      else expect(document.promptTokenIds.length).toBeGreaterThan(maxPromptTokens - 16);
      expect([...document.promptTokenIds]).toEqual([...encodePrompt(demo, 'a query', document.text)]);
    }
  });
});

describe('a request that is not meant well', () => {
  test.each([
    ['query', { query: 'q'.repeat(8e6) }],
    ['instruction', { instruction: 'i'.repeat(8e6) }],
    [
      'template, filled a hundred thousand times with the query',
      {
        query: 'q'.repeat(4e6),
        queryTemplate: 'FILL_QUERY_HERE'.repeat(100_000),
      },
    ],
  ])('has no part of it read when its %s is far too long', (_what, options) => {
    const tokenizer = new CharacterTokenizer();
    const { documents, tooLong } = plan(['one', 'two'], options, tokenizer);
    expect(documents).toEqual([]);
    expect(tooLong.map(({ index }) => index)).toEqual([0, 1]);
    expect(tokenizer.numEncodedCharacters).toBeLessThan(1000);
  });

  test('is planned however many documents it has', () => {
    const documents = Array.from({ length: 130_000 }, () => '');
    expect(plan(documents, { query: 'q' }, new CharacterTokenizer()).documents).toHaveLength(
      documents.length,
    );
  });
});
