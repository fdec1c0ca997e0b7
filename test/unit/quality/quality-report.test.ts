/** The quality report from results of scripted judges: its figures against figures worked out by hand. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, type KeptResults } from '../../../bench/quality/collect.ts';
import { chainFigures, modeFigures, scoreFigures } from '../../../bench/quality/figures.ts';
import { MODE_NAMES, type Mode } from '../../../bench/quality/measure.ts';
import { isVerbatim, quoteOf } from '../../../bench/quality/quotes.ts';
import { fillCard, writeReport } from '../../../bench/quality/report.ts';
import { loadQueries, referenceRun, type SetName } from '../../../bench/quality/sets.ts';
import { compareThresholds } from '../../../bench/quality/threshold.ts';
import { formatEvalQuery, type QueryResult } from '../../../src/evaluation/index.ts';
import type { LoadedQuery } from '../../../src/evaluation/runner/loaded-collection.ts';
import { queryResult } from '../../../src/evaluation/runner/query-result.ts';

const NUM_DOCUMENTS = 4;
const dcg = (rank: number) => 1 / Math.log2(rank + 1);

/** Only the last document is relevant, so that the given order is as wrong as can be. */
function makeQueries(numQueries: number, grade: number): LoadedQuery[] {
  return Array.from({ length: numQueries }, (_, q) => {
    const toJudge = Array.from({ length: NUM_DOCUMENTS }, (_, d) => ({
      docid: `d${d}`,
      text: `query ${q} has the text ${d}`,
      grade: d === NUM_DOCUMENTS - 1 ? grade : 0,
      score: null,
    }));
    const grades = new Map(toJudge.map((one) => [one.docid, one.grade]));
    return { qid: String(q), query: `question ${q}`, toJudge, judgements: { grades } };
  });
}

interface Scripted {
  /** of documents in the given order */
  readonly scores: readonly number[];
  readonly reasoning?: (text: string) => string;
  readonly finishReason?: string;
}

function judged(query: LoadedQuery, { scores, reasoning, finishReason = 'verdict' }: Scripted): QueryResult {
  const documents = query.toJudge.map(({ text }, index) => {
    const score = scores[index]!;
    return {
      finishReason,
      verdict: {
        label: score > 0.5 ? ('true' as const) : ('false' as const),
        score,
        logitDifference: Math.log(score / (1 - score)),
        forced: finishReason !== 'verdict',
      },
      reasoning: reasoning?.(text) ?? '',
      truncated: false,
      numPromptTokens: 10,
      numNewTokens: 5 + index,
    };
  });
  return queryResult(query, documents, 1);
}

const PERFECT: Scripted = {
  scores: [0.2, 0.2, 0.2, 0.75],
  reasoning: (text) => `Asked: it. The passage says "${text}".`,
};

describe('quotes', () => {
  test.each([
    ['Asked: x. The passage says "opened in 1894".', 'opened in 1894'],
    ['The passage says "he said "no" and left".', 'he said "no" and left'],
    ['The passage says "two\nlines".', 'two\nlines'],
    ['The passage says "cut before its en', null],
    ['Asked: who "says" so.', null],
    ['', null],
  ])('%j quotes %j', (chain, quote) => expect(quoteOf(chain)).toBe(quote));

  test.each([
    ['opened in 1894', 'It was  opened\nin 1894.', true],
    ['opened in 1899', 'It was opened in 1894.', false],
    ['Opened', 'It was opened.', false],
    ['', 'Any text.', false],
    [' ', 'Any text.', false],
  ])('%j in %j: %j', (quote, passage, is) => expect(isVerbatim(quote, passage)).toBe(is));
});

describe('thresholds', () => {
  const scored = (...pairs: [number, boolean][]) =>
    pairs.map(([score, isRelevant]) => ({ score, isRelevant }));

  test('F1 at 0.5 and at the best threshold', () => {
    const documents = scored([0.9, true], [0.6, false], [0.4, true], [0.1, false]);
    // At 0.5: one of two found, one of two right. At 0.4: both found among three.
    expect(compareThresholds(documents)).toEqual({ f1AtHalf: 0.5, bestF1: 0.8, bestThreshold: 0.4 });
  });

  test('equal scores are not told apart, whatever their order', () => {
    const tied = scored([0.7, true], [0.7, false]);
    const expected = { f1AtHalf: 2 / 3, bestF1: 2 / 3, bestThreshold: 0.7 };
    expect(compareThresholds(tied)).toEqual(expected);
    expect(compareThresholds(tied.toReversed())).toEqual(expected);
  });

  test('nothing above 0.5, and nothing relevant', () => {
    expect(compareThresholds(scored([0.3, true]))).toEqual({ f1AtHalf: 0, bestF1: 1, bestThreshold: 0.3 });
    expect(compareThresholds(scored([0.3, false]))).toBeNull();
  });
});

describe('figures of a mode', () => {
  test('chains: ends, quotes and their median length', () => {
    const queries = makeQueries(2, 1);
    const results = [
      judged(queries[0]!, PERFECT),
      judged(queries[1]!, {
        ...PERFECT,
        finishReason: 'length',
        reasoning: () => 'The passage says "something else".',
      }),
    ];
    expect(chainFigures(queries, results)).toEqual({
      ended: { count: 4, of: 8 },
      quoting: { count: 8, of: 8 },
      verbatim: { count: 4, of: 8 },
      medianTokens: 7,
    });
    expect(chainFigures(queries, [judged(queries[0]!, { scores: PERFECT.scores })])).toBeNull();
  });

  test('scores: unjudged documents count only where the collection was judged whole', () => {
    const [query] = makeQueries(1, 1);
    const toJudge = query!.toJudge.map((one, d) => (d === 0 ? { ...one, grade: null } : one));
    const results = [judged({ ...query!, toJudge }, { scores: [0.6, 0.2, 0.99, 0.01] })];
    // d0 is unjudged, d3 is relevant.
    const vaswani = scoreFigures('vaswani', results);
    expect(vaswani).toMatchObject({ graded: { count: 2, of: 4 }, silent: { count: 0, of: 1 } });
    expect(vaswani.thresholds).toEqual({ f1AtHalf: 0, bestF1: 0.4, bestThreshold: 0.01 });
    const selqa = scoreFigures('selqa-dev', results);
    expect(selqa.thresholds?.bestF1).toBe(0.5);
    expect(scoreFigures('selqa-dev', [judged(query!, PERFECT)]).silent).toEqual({ count: 1, of: 1 });
    // A grade of 1 is no answer on DL19, so its list is one in which nothing answers and one `true` is wrong.
    expect(scoreFigures('dl19', [judged(query!, PERFECT)])).toMatchObject({
      thresholds: null,
      silent: { count: 0, of: 1 },
    });
  });

  test('pairs: accuracy by kind, without a ranking', async () => {
    const queries = await loadQueries('nowhere', 'adversarial');
    const results = queries.map((query) =>
      judged(query, { scores: query.toJudge.map(({ grade }) => (grade === 1 ? 0.9 : 0.8)) }),
    );
    const figures = modeFigures('adversarial', { queries, results, documentsPerSecond: null });
    expect(figures.ranking).toBeNull();
    expect(figures.byKind?.['injection']).toEqual({ count: 14, of: 29 });
    const numPairs = Object.values(figures.byKind!).reduce((sum, { of }) => sum + of, 0);
    expect(numPairs).toBe(200);
  });
});

describe('on disk', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'rank1-quality-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Queries as they stand in a data folder; the ids are of SelQA, whose reference orders are committed. */
  function storeSelqa(numQueries: number): void {
    const orders = JSON.parse(
      readFileSync(new URL('../../../bench/quality/reference-orders.json', import.meta.url), 'utf8'),
    ) as { 'selqa-dev': { bm25: Record<string, number[]> } };
    const ids = Object.entries(orders['selqa-dev'].bm25).filter(
      ([, order]) => order.length === NUM_DOCUMENTS,
    );
    const lines = makeQueries(numQueries, 1).map(({ query, toJudge }, index) =>
      formatEvalQuery({ qid: ids[index]![0], query, candidates: toJudge, idealGrades: null }),
    );
    mkdirSync(path.join(folder, 'evaluation/selqa'), { recursive: true });
    writeFileSync(path.join(folder, 'evaluation/selqa/dev.eval.jsonl.gz'), gzipSync(lines.join('')));
  }

  function keptOf(
    all: ReadonlyMap<SetName, readonly LoadedQuery[]>,
    scripted: Scripted,
    num: number,
  ): KeptResults {
    return {
      name: 'a model, q4',
      results: (set: SetName, mode: Mode) =>
        Promise.resolve(
          mode === 'sampled'
            ? []
            : all
                .get(set)!
                .slice(0, num)
                .map((one) => judged(one, scripted)),
        ),
      speed: () => 12.5,
    };
  }

  test('a sample holds every smaller one, and unanswered lists are of another query', async () => {
    storeSelqa(12);
    const answered = await loadQueries(folder, 'selqa-dev');
    expect(answered.map(({ query }) => query)).not.toEqual(makeQueries(12, 1).map(({ query }) => query));
    expect((await loadQueries(folder, 'selqa-dev')).map(({ qid }) => qid)).toEqual(
      answered.map(({ qid }) => qid),
    );
    for (const [index, query] of (await loadQueries(folder, 'selqa-unanswered')).entries()) {
      expect(query.qid).toBe(answered[index]!.qid);
      const own = new Set(answered[index]!.toJudge.map(({ text }) => text));
      expect(query.toJudge.some(({ text, grade }) => own.has(text) || grade !== 0)).toBe(false);
    }
    // DL19 has no order by BM25: the given one is.
    expect([...referenceRun('dl19', 'bm25', makeQueries(1, 1)).get('0')!.keys()]).toEqual([
      'd0',
      'd1',
      'd2',
      'd3',
    ]);
    expect(() => referenceRun('selqa-dev', 'minilm', makeQueries(1, 1))).toThrow('other candidates');
  });

  test('the report, its plots and the model card tell the same figures', async () => {
    storeSelqa(12);
    const sets = new Map([['selqa-dev', await loadQueries(folder, 'selqa-dev')]] as const);
    const flat: Scripted = { scores: [0.4, 0.3, 0.2, 0.1] };
    const models = { main: keptOf(sets, PERFECT, 12), compared: keptOf(sets, flat, 9) };
    const figures = await collect(models, sets, MODE_NAMES, Infinity);
    expect(figures.measured.map(({ mode }) => mode)).toEqual(['chain', 'instant']);
    const { ranking } = figures.measured[0]!;
    const gain = 1 - dcg(NUM_DOCUMENTS);
    expect(ranking!.ndcg).toEqual({ mean: 1, lower: 1, upper: 1 });
    expect(ranking!.references.given.mean).toBeCloseTo(dcg(NUM_DOCUMENTS), 12);
    expect(ranking!.gainOver.given.lower).toBeCloseTo(gain, 12);
    expect(ranking!.gainOverCompared!.mean).toBeCloseTo(gain, 12);
    expect(figures.measured[1]!.ranking!.gainOverChain).toEqual({ mean: 0, lower: 0, upper: 0 });

    const out = path.join(folder, 'quality.md');
    writeReport(figures, out);
    const report = readFileSync(out, 'utf8');
    const row = report.split('\n').find((line) => /\| SelQA dev +\| chain +\| 12 /.test(line))!;
    expect(row).toContain('1.000 (1.000 to 1.000)');
    const plots = [...report.matchAll(/\]\(quality\/(.*?)\)/g)].map(([, file]) => file);
    expect(readdirSync(path.join(folder, 'quality')).sort()).toEqual(plots.sort());
    expect(readFileSync(path.join(folder, 'quality/results.json'), 'utf8')).not.toMatch(
      /question|has the text/,
    );

    const card = path.join(folder, 'README.md');
    writeFileSync(card, 'Before.\n<!-- quality -->\nold\n<!-- /quality -->\nAfter.\n');
    fillCard(card, figures);
    expect(readFileSync(card, 'utf8')).toMatch(/^Before\.[^]*After\.\n$/);
    expect(readFileSync(card, 'utf8')).toContain(row);
    expect(readFileSync(card, 'utf8')).not.toContain('old');
    copyFileSync(out, card);
    expect(() => fillCard(card, figures)).toThrow('no part between');
  });

  test('results of other queries are refused', async () => {
    storeSelqa(12);
    const queries = await loadQueries(folder, 'selqa-dev');
    const kept = keptOf(new Map([['selqa-dev', queries.toReversed()]]), PERFECT, 3);
    const sets = new Map([['selqa-dev', queries]] as const);
    await expect(collect({ main: kept, compared: null }, sets, ['chain'], Infinity)).rejects.toThrow(
      'of other queries',
    );
  });
});
