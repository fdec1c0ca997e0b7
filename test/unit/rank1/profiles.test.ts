/**
 * Prompts of other rerankers against their own Python code and tokenizers (test/oracle/profiles), and the mistakes
 * that gave others wrong scores.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { KNOWN_PROFILES, knownProfile } from '../../../src/convert/known-profiles.ts';
import { parseScoringProfile } from '../../../src/model/parse-scoring-profile.ts';
import { RANK1_PROFILE } from '../../../src/model/scoring-profile.ts';
import { findMarkerTokenIds } from '../../../src/rank1/markers.ts';
import { makeVerdict } from '../../../src/rank1/verdict.ts';
import type { Tokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { FIXTURE, plan, profileOf, promptIds, tokenizerOf } from '../../harness/profile-prompts.ts';

describe.each(Object.keys(FIXTURE.tokenizers))('%s', (model) => {
  test(`makes the prompts of its own code for ${FIXTURE.rows.length} pairs`, () => {
    expect(FIXTURE.rows.length).toBeGreaterThanOrEqual(60);
    for (const { query, document, instruction, prompts } of FIXTURE.rows) {
      const ids = promptIds(model, query, document[0].repeat(document[1]), instruction);
      const { ids: expected, count, sha256, tail } = prompts[model]!;
      const shown = JSON.stringify([query, document, instruction]);
      if (expected) expect(ids, shown).toEqual(expected);
      else {
        expect({ count: ids.length, tail: ids.slice(-12) }, shown).toEqual({ count, tail });
        expect(createHash('sha256').update(ids.join()).digest('hex'), shown).toBe(sha256);
      }
    }
  });

  test('keeps the end of its prompt however long the document is and however short the context', () => {
    const end = promptIds(model, 'q', 'd', null).slice(-4);
    for (const maxPositions of [300, 1000, 16_384]) {
      const ids = promptIds(model, 'q', 'a long document, '.repeat(9000), null, maxPositions);
      expect(ids.length).toBeGreaterThan(maxPositions === 16_384 ? 2000 : maxPositions - 50);
      expect(ids.slice(-4)).toEqual(end);
    }
  });

  test('judges no document if the query alone fills the context: it is never cut', () => {
    expect(plan(model, 'a long query, '.repeat(300), 'A document.', null, 1000).next()?.prompts).toEqual([]);
    for (let numWords = 700; numWords < 1000; numWords += 23) {
      const query = Array<string>(numWords).fill('word').join(' ');
      const planned = plan(model, query, 'A long document. '.repeat(900), null, 1000).next()!;
      for (const { promptTokenIds } of planned.prompts) {
        expect(promptTokenIds.length).toBeLessThan(1000);
        expect(
          tokenizerOf(model)
            .decode([...promptTokenIds])
            .match(/word/g),
        ).toHaveLength(numWords);
      }
    }
  });

  test('shares everything before the document', () => {
    const planner = plan(model, 'a query', 'Some document', null);
    const first = planner.next()!;
    expect(planner.prefixOf([first]).length).toBeGreaterThan(4);
  });
});

describe('mistakes that gave others wrong scores', () => {
  const qwen3 = tokenizerOf('qwen3-reranker');

  test('the answers are yes 9693 and no 2152, Yes 9454 alone, 1 and 0', () => {
    expect(findMarkerTokenIds(qwen3, profileOf('qwen3-reranker'))).toMatchObject({
      trueTokenId: 9693,
      falseTokenId: 2152,
    });
    expect(findMarkerTokenIds(qwen3, profileOf('zerank-1'))).toMatchObject({
      trueTokenId: 9454,
      falseTokenId: null,
    });
    const mxbai = tokenizerOf('mxbai-rerank-base-v2');
    const ids = findMarkerTokenIds(mxbai, profileOf('mxbai-rerank-base-v2'));
    expect([ids.trueTokenId, ids.falseTokenId]).toEqual([mxbai.encode('1')[0], mxbai.encode('0')[0]]);
  });

  test('an answer of several tokens is refused by name', () => {
    const profile = { ...profileOf('qwen3-reranker'), answers: { true: 'irrelevantly', false: 'no' } };
    expect(() => findMarkerTokenIds(qwen3, profile)).toThrow('"irrelevantly"');
  });

  test('a tokenizer without the chat template’s tokens is refused', () => {
    const none: Tokenizer = { ...qwen3, addedToken: () => null };
    expect(() => findMarkerTokenIds(none, profileOf('qwen3-reranker'))).toThrow('<|im_start|>');
  });

  test('the prompt has the template and ends with an empty think block of one token each', () => {
    const text = qwen3.decode(promptIds('qwen3-reranker', 'Q', 'D', null));
    expect(text).toMatch(
      /^<\|im_start\|>system\nJudge .*<\|im_end\|>\n<\|im_start\|>user\n<Instruct>: Given a web search/s,
    );
    expect(promptIds('qwen3-reranker', 'Q', 'D', null).slice(-4)).toEqual([151667, 271, 151668, 271]);
  });

  test('the default instruction is the card’s, not mteb’s, and a blank one is none', () => {
    const text = (instruction: string | null) =>
      qwen3.decode(promptIds('qwen3-reranker', 'Q', 'D', instruction));
    expect(text(null)).toContain(
      '<Instruct>: Given a web search query, retrieve relevant passages that answer the query\n<Query>: Q\n<Document>: D',
    );
    expect(text(' ')).toBe(text(null));
    expect(text('Mine')).toContain('<Instruct>: Mine\n<Query>: Q\n');
  });

  test('zerank’s query is the system’s, its document the user’s', () => {
    expect(qwen3.decode(promptIds('zerank-1', 'Q', 'D', null))).toBe(
      '<|im_start|>system\nQ<|im_end|>\n<|im_start|>user\nD<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  test('a score is activated once: it reaches 0 and 1', () => {
    for (const profile of KNOWN_PROFILES.values()) {
      const score = (logit: number) => makeVerdict([logit, 0], undefined, profile).score;
      expect(score(-200)).toBeLessThan(1e-9);
      expect(score(200)).toBeGreaterThan(1 - 1e-9);
      expect(score(profile.score.offset)).toBe(0.5);
    }
  });

  test('scores are the formulas of the models’ own code', () => {
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const score = (name: string, logits: number[]) => makeVerdict(logits, undefined, profileOf(name)).score;
    const [yes, no] = [Math.exp(1.5), Math.exp(-0.25)];
    expect(score('qwen3-reranker', [1.5, -0.25])).toBeCloseTo(yes / (yes + no), 12);
    expect(score('mxbai-rerank-base-v2', [7, 1])).toBeCloseTo(sigmoid(6 - 9 / 2), 12);
    expect(score('mxbai-rerank-large-v2', [7, 1])).toBeCloseTo(sigmoid(6 - 12 / 2), 12);
    expect(score('zerank-1', [8])).toBeCloseTo(sigmoid(8 / 5), 12);
  });
});

describe('knownProfile', () => {
  test.each([
    ['Qwen/Qwen3-Reranker-0.6B', 'qwen3-reranker'],
    ['https://huggingface.co/Qwen/Qwen3-Reranker-4B/resolve/main', 'qwen3-reranker'],
    ['mixedbread-ai/mxbai-rerank-base-v2', 'mxbai-rerank-base-v2'],
    ['mixedbread-ai/mxbai-rerank-large-v2', 'mxbai-rerank-large-v2'],
    ['zeroentropy/zerank-1-small', 'zerank-1'],
    ['jhu-clsp/rank1-7b', 'rank1'],
    ['https://example.org/rank1-rerank/models/Qwen3-Reranker-0.6B/', 'qwen3-reranker'],
    ['https://example.org/rank1-rerank/Qwen/Qwen3-Reranker-0.6B/resolve/refs/pr/1/', 'qwen3-reranker'],
    ['https://huggingface.co/acme/rank1/tree/main/mxbai-rerank-base-v2', 'mxbai-rerank-base-v2'],
    ['https://cdn.example.com/mxbai-rerank-base-v2/latest/', 'mxbai-rerank-base-v2'],
    ['https://example.org/qwen3-reranker-0.6b/hf?download=true', 'qwen3-reranker'],
    ['https://example.org/x/mxbai-rerank-large-v2/resolve/main/onnx/', 'mxbai-rerank-large-v2'],
    ['https://huggingface.co/zeroentropy/zerank-1-small/raw/main/', 'zerank-1'],
    ['https://huggingface.co/Qwen/Qwen3-Reranker-0.6B/blob/refs%2Fpr%2F1', 'qwen3-reranker'],
    ['https://example.org/zerank-1/mxbai-rerank-base-v2/latest/', 'mxbai-rerank-base-v2'],
    ['https://example.org/jhu-clsp/rank1-7b/', 'rank1'],
    ['rank1-rerank/mxbai-rerank-large-v2', 'mxbai-rerank-large-v2'],
    ['C:\\rank1-rerank\\mxbai-rerank-large-v2', 'mxbai-rerank-large-v2'],
    ['mxbai-rerank-base-v2.Q8_0.gguf', 'mxbai-rerank-base-v2'],
    ['rank1/mxbai-rerank-base-v2-GGUF/model.Q8_0.gguf', 'mxbai-rerank-base-v2'],
    ['Qwen3-Reranker-GGUF/rank1-7b-Q4_0.gguf', 'rank1'],
  ])('%s is %s', (source, name) => expect(knownProfile(source)?.name).toBe(name));

  test('guesses nothing', () => {
    for (const source of [
      'zeroentropy/zerank-2',
      'zerank-10',
      'rank1-rerank/models/ranker',
      'mxbai-rerank-base-v2/ranker',
      'https://example.org/rank1-rerank/models/ranker/',
      'https://qwen3-reranker.example.org/ranker/',
      'https://example.org/ranker/?like=zerank-1',
      'https://example.org/mxbai-rerank-base-v2/rank1-7b/latest/',
      'a/b',
      '',
    ]) {
      expect(knownProfile(source), source).toBeNull();
    }
  });
});

describe('parseScoringProfile', () => {
  test('reads what it wrote', () => {
    for (const profile of KNOWN_PROFILES.values())
      expect(parseScoringProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
  });

  test.each<[string, object]>([
    ['name', { name: '../x' }],
    ['prompt', { prompt: [] }],
    ['{document}', { prompt: ['{query}'] }],
    ['{query}', { prompt: ['{query}{query}{document}'] }],
    ['before', { prompt: ['{document}{query}'] }],
    ['chain', { chain: 'maybe' }],
    ['answers', { answers: null }],
    ['answers', { answers: { true: ' true', false: null } }],
    ['scale', { score: { offset: 0, scale: 0 } }],
    ['offset', { score: { offset: null, scale: 1 } }],
    ['cut.at', { cut: { at: 'line', maxTokens: null, maxCharacters: null } }],
    ['end of its part', { cut: { at: 'token', maxTokens: null, maxCharacters: null } }],
    ['maxTokens', { cut: { at: 'word', maxTokens: -1, maxCharacters: null } }],
    ['query.instructed', { query: { plain: '{query}', instructed: '{query}', defaultInstruction: null } }],
    ['trim', { trim: 1 }],
    ['quoteCue', { quoteCue: 7 }],
    ['quotation mark', { quoteCue: 'says' }],
    ['needs a chain', { chain: 'none', quoteCue: 'says "' }],
  ])('names %s', (named, change) => {
    expect(() => parseScoringProfile({ ...RANK1_PROFILE, ...change })).toThrow(named);
  });

  test.each<[string, object]>([
    ['prompt', { prompt: ['Query: {query}\nPassage: {document}\n<think>'] }],
    ['query', { query: { plain: '{query}', instructed: '{instruction} {query}', defaultInstruction: null } }],
    ['answers', { answers: { true: ' yes', false: ' no' } }],
    ['trim', { trim: true }],
  ])('refuses a chain whose %s is not rank1’s', (field, change) => {
    const profile = { ...RANK1_PROFILE, ...change };
    expect(() => parseScoringProfile(profile)).toThrow(`${field} is not rank1's`);
    expect(parseScoringProfile({ ...profile, chain: 'none' })).toMatchObject(change);
  });

  test('leaves a chain its name, limits, scale and quotes', () => {
    const own = {
      name: 'mine',
      score: { offset: 1, scale: 2 },
      quoteCue: 'says "',
      cut: { at: 'word', maxTokens: 500, maxCharacters: 1000 },
    };
    expect(parseScoringProfile({ ...RANK1_PROFILE, ...own })).toEqual({ ...RANK1_PROFILE, ...own });
  });
});
