/** The rules of trec_eval, BEIR and mteb: who is counted, what is dropped, how files are read. Their own figures decide. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitTabSeparated } from '../../../src/evaluation/files/tab-separated.ts';
import { loadCollection } from '../../../src/evaluation/node/load-collection.ts';
import {
  evaluateRun,
  mtebResultText,
  parseMeasure,
  readBeirQrels,
  readMtebTaskResult,
  readTrecRun,
  readTrecRunRows,
  sourceFile,
  toSinglePrecision,
  withoutOwnDocuments,
  type QueryResult,
  type Run,
} from '../../../src/evaluation/index.ts';
import { makeReport } from '../../../src/evaluation/runner/report.ts';
import { queryResult } from '../../../src/evaluation/runner/query-result.ts';
import { loadRuleCases, type FieldFigures, type RuleCase } from './fixture-files.ts';

const CUTOFFS = [1, 5, 10, 20, 100];
/** Name of a measure in trec_eval to ours. */
const NAMES = new Map(
  CUTOFFS.flatMap((k) => [
    [`ndcg_cut_${k}`, `nDCG@${k}`],
    [`map_cut_${k}`, `AP@${k}`],
    [`recall_${k}`, `R@${k}`],
    [`P_${k}`, `P@${k}`],
  ]),
).set('recip_rank', 'RR');
const TOLERANCE = 1e-9;

const cases = loadRuleCases();
const runOf = ({ run }: RuleCase): Run =>
  new Map(Object.entries(run).map(([qid, scores]) => [qid, new Map(Object.entries(scores))]));
const judgementsOf = ({ qrels }: RuleCase) =>
  new Map(Object.entries(qrels).map(([qid, grades]) => [qid, { grades: new Map(Object.entries(grades)) }]));
const qrelsOf = (one: RuleCase) => new Map([...judgementsOf(one)].map(([qid, { grades }]) => [qid, grades]));
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanIn = ({ perQuery }: FieldFigures, name: string) =>
  meanOf(Object.values(perQuery).map((values) => values[name]!));

it('are compared on at least 60 collections, in which each of them makes a difference', () => {
  expect(cases.length).toBeGreaterThanOrEqual(60);
  const count = (is: (one: RuleCase) => boolean) => cases.filter(is).length;
  expect(count(({ run, qrels }) => Object.keys(run).some((qid) => !(qid in qrels)))).toBeGreaterThan(10);
  expect(count(({ run, qrels }) => Object.keys(qrels).some((qid) => !(qid in run)))).toBeGreaterThan(10);
  expect(count(({ run }) => Object.entries(run).some(([qid, scores]) => qid in scores))).toBeGreaterThan(10);
  expect(count(({ qrelsFile }) => qrelsFile.includes('""'))).toBeGreaterThan(10);
});

describe('a BEIR file of judgements', () => {
  it.each(cases)('is read as BEIR reads it: $name', async (one) => {
    const qrels = await readBeirQrels(sourceFile('test.tsv', one.qrelsFile));
    expect(Object.fromEntries([...qrels].map(([qid, grades]) => [qid, Object.fromEntries(grades)]))).toEqual(
      one.qrels,
    );
  });

  it('with a quote that is not closed is refused at its line, not read on', async () => {
    const reading = readBeirQrels(sourceFile('test.tsv', 'q\td\ts\nq1\td1\t1\nq1\t"d2\t1\nq2\td"\t1\n'));
    await expect(reading).rejects.toThrow('test.tsv, line 3: a quote is not closed');
  });

  it.each([
    ['"a""b"c\t"d"', ['a"bc', 'd']],
    ['""\t""""', ['', '"']],
    ['a"b"\t', ['a"b"', '']],
  ])('%j is split as by csv of Python', (line, columns) => {
    expect(splitTabSeparated(line, { file: 'test.tsv', line: 1 })).toEqual(columns);
  });

  it.each(['"', '""", ""', '"a""'])('%j is not closed', (line) => {
    expect(() => splitTabSeparated(line, { file: 'test.tsv', line: 1 })).toThrow('not closed');
  });

  it('with a quoted column of any length is read', () => {
    const long = 'x'.repeat(12_000_000);
    const [column, next] = splitTabSeparated(`"${long}"\ty`, { file: 'test.tsv', line: 1 });
    expect([column === long, next]).toEqual([true, 'y']);
  });
});

describe.each(['trecEval9', 'trecEval10'] as const)('a run, by %s,', (version) => {
  const answered = cases.filter((one) => one[version] !== null);

  it.each(answered)('has the same queries and figures: $name', async (one) => {
    const text = [...runOf(one)].flatMap(([qid, scores]) =>
      [...scores].map(([docid, score]) => `${qid} Q0 ${docid} 1 ${score} ${one.runTag}\n`),
    );
    const read = await readTrecRun(sourceFile('run', text.join('')));
    const run = version === 'trecEval9' ? toSinglePrecision(read) : read;
    const measures = [...NAMES.values()].map(parseMeasure);
    const evaluation = evaluateRun(run, qrelsOf(one), { measures });
    for (const [name, qid, value] of one[version]!) {
      if (name === 'num_q') {
        expect(evaluation.numQueries).toBe(value);
        continue;
      }
      const measure = NAMES.get(name)!;
      const ours = qid === 'all' ? evaluation.means.get(measure) : evaluation.perQuery.get(measure)?.get(qid);
      expect(Math.abs((ours ?? NaN) - value), `${name} of ${qid}`).toBeLessThan(TOLERANCE);
    }
  });

  it('may have spaces in its tag', async () => {
    const rows = readTrecRunRows(sourceFile('run', 'q Q0 d 1 2.5 my run, third try\n'));
    for await (const { runTag } of rows) expect(runTag).toBe('my run, third try');
  });
});

describe('the command line, on a BEIR folder,', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rank1-rules-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(cases.filter(({ isExactInSinglePrecision }) => isExactInSinglePrecision))(
    'judges and measures what BEIR does: $name',
    async (one) => {
      const isPacked = cases.indexOf(one) % 2 === 0;
      const data = join(folder, String(cases.indexOf(one)));
      mkdirSync(join(data, 'qrels'), { recursive: true });
      const write = (name: string, text: string) =>
        isPacked
          ? writeFileSync(join(data, `${name}.gz`), gzipSync(text))
          : writeFileSync(join(data, name), text);
      const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      write('corpus.jsonl', lines(one.corpus));
      write('queries.jsonl', lines(one.queries));
      write('qrels/test.tsv', one.qrelsFile);
      const run = join(data, 'run.json');
      writeFileSync(run, JSON.stringify(one.run));
      const options = { split: 'test', subset: null, qrels: null, limit: null, depth: 1000 };
      const collection = await loadCollection({ ...options, data, run });
      // A judge that agrees with the run, so that its figures are the run's.
      const results = collection.queries.map((query): QueryResult => {
        const judged = query.toJudge.map(({ score }) => {
          const verdict = { label: 'true', score: 0.5, logitDifference: score!, forced: false } as const;
          const counts = { numPromptTokens: 1, numNewTokens: 1 };
          return { finishReason: 'verdict', verdict, reasoning: '', truncated: false, ...counts };
        });
        return queryResult(query, judged, 1);
      });
      const names = {
        modelName: 'm',
        runTag: 't',
        taskName: 'T',
        datasetRevision: 'r',
        languages: ['eng-Latn'],
      };
      const rest = { subset: null, split: 'test', relevanceLevel: 1 };
      const { measures } = makeReport({ ...names, ...rest }, collection, results);
      const reranked = measures['reranked'] as Record<string, number>;
      for (const [theirs, ours] of NAMES) {
        if (!(ours in reranked) || theirs === 'recip_rank') continue;
        expect(Math.abs(reranked[ours]! - meanIn(one.beir, theirs)), ours).toBeLessThan(TOLERANCE);
      }
      // BEIR prints five digits.
      expect(reranked['nDCG@10']).toBeCloseTo(one.beir.means['NDCG@10']!, 5);
      const [ran, known] = [Object.keys(one.run), Object.keys(one.qrels)];
      const both = ran.filter((qid) => known.includes(qid));
      expect(measures).toMatchObject({
        num_queries: both.length,
        num_queries_without_judgements: ran.length - both.length,
        num_queries_without_candidates: known.length - both.length,
        num_own_documents: both.filter((qid) => qid in one.run[qid]!).length,
      });
    },
  );
});

describe("mteb's result file", () => {
  it.each(cases)("holds mteb's figures: $name", async (one) => {
    for (const [run, figures] of [
      [runOf(one), one.mteb],
      [withoutOwnDocuments(runOf(one)).run, one.mtebOwn],
    ] as const) {
      const names = { taskName: 'T', datasetRevision: 'r', languages: ['eng-Latn'], subset: 'default' };
      const options = { ...names, split: 'test', relevanceLevel: 1 };
      const text = mtebResultText(run, judgementsOf(one), options);
      const { scores } = await readMtebTaskResult(sourceFile('result.json', text));
      const { metrics } = scores.get('test')![0]!;
      for (const k of CUTOFFS) {
        const theirs = [
          [`ndcg_at_${k}`, meanIn(figures, `ndcg_cut_${k}`)],
          [`map_at_${k}`, meanIn(figures, `map_cut_${k}`)],
          [`recall_at_${k}`, meanIn(figures, `recall_${k}`)],
          [`precision_at_${k}`, meanIn(figures, `P_${k}`)],
          [`mrr_at_${k}`, figures.mrr[`MRR@${k}`]!],
        ] as const;
        for (const [key, value] of theirs)
          expect(Math.abs(metrics.get(key)! - value), key).toBeLessThan(TOLERANCE);
      }
    }
  });
});

describe("mteb's main score", () => {
  const scoresOf = async (run: Run, grades: Record<string, Record<string, number>>) => {
    const judgements = new Map(
      Object.entries(grades).map(([qid, of]) => [qid, { grades: new Map(Object.entries(of)) }]),
    );
    const names = { taskName: 'T', datasetRevision: 'r', languages: ['eng-Latn'], subset: 'default' };
    const text = mtebResultText(run, judgements, { ...names, split: 'test', relevanceLevel: 1 });
    return (await readMtebTaskResult(sourceFile('result.json', text))).scores.get('test')![0]!;
  };
  const ranked = (...docids: readonly string[]) => new Map(docids.map((docid, rank) => [docid, -rank]));

  it('of query pairs as in NevIR is their accuracy, and of changed instructions p-MRR', async () => {
    const pairs = new Map([
      ['1_q1', ranked('a', 'b')],
      ['1_q2', ranked('b', 'a')],
      ['2_q1', ranked('a', 'b')],
      ['2_q2', ranked('a', 'b')],
    ]);
    const one = { '1_q1': { a: 1 }, '1_q2': { b: 1 }, '2_q1': { a: 1 }, '2_q2': { b: 1 } };
    const nevir = await scoresOf(pairs, one);
    expect(nevir.mainScore).toBe(0.5);
    expect(nevir.metrics.get('paired_accuracy')).toBe(0.5);
    const follow = await scoresOf(
      new Map([
        ['1-og', ranked('a', 'b')],
        ['1-changed', ranked('b', 'a')],
      ]),
      { '1-og': { a: 1 }, '1-changed': { a: 0 } },
    );
    // From the first place to the second: 1 - 1/2.
    expect(follow.mainScore).toBe(0.5);
    expect(follow.metrics.get('p-MRR')).toBe(0.5);
  });
});
