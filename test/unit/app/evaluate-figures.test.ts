/** The evaluation page without its page: files to runs, runs to figures, figures to files. */
import { describe, expect, it } from 'vitest';
import {
  collectFile,
  type CollectedFile,
  type MeasurableFile,
} from '../../../src/app/evaluate/collected-files.ts';
import { collectedJudgements } from '../../../src/app/evaluate/collected-judgements.ts';
import { computeFigures, DEFAULT_OPTIONS } from '../../../src/app/evaluate/compared-runs.ts';
import {
  savedFigures,
  savedPerQuery,
  savedRun,
  type RunFormat,
} from '../../../src/app/evaluate/saved-files.ts';
import { readMtebTaskResult, sourceFile } from '../../../src/evaluation/index.ts';

async function collect(files: Readonly<Record<string, unknown>>): Promise<CollectedFile[]> {
  const collected: CollectedFile[] = [];
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    collected.push(...(await collectFile(sourceFile(name, text))));
  }
  return collected;
}

const dcg = (gains: readonly number[]) =>
  gains.reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0);

describe('figures', () => {
  it('are at the chosen rank, and queries a run lacks are left out or count as 0', async () => {
    const files = await collect({
      'test.qrels': 'q1 0 a 0\nq1 0 b 1\nq1 0 c 2\nq2 0 x 1\n',
      'bm25.json': { q1: { a: 3, b: 2, c: 1 } },
    });
    const at = (cutoff: number, missingQueries: 'skip' | 'zero') =>
      computeFigures(files, { ...DEFAULT_OPTIONS, cutoff, missingQueries })!.runs[0]!;
    const ndcg = dcg([0, 1, 2]) / dcg([2, 1, 0]);
    expect(at(10, 'skip').means.get('nDCG@10')).toBeCloseTo(ndcg, 12);
    expect(at(10, 'zero').means.get('nDCG@10')).toBeCloseTo(ndcg / 2, 12);
    expect(at(1, 'skip').means.get('nDCG@1')).toBe(0);
    expect(at(3, 'skip').means.get('P@3')).toBeCloseTo(2 / 3, 12);
    expect(at(10, 'skip')).toMatchObject({ numQueries: 1, missingQids: ['q2'], bestOrder: 1 });
    // The best order of nothing is nothing.
    expect(at(10, 'zero').bestOrder).toBeCloseTo(1 / 2, 12);
    // Each rank holds the mean gain of the three documents.
    expect(at(10, 'skip').randomOrder).toBeCloseTo(dcg([1, 1, 1]) / dcg([2, 1, 0]), 12);
  });

  it('leave out queries without judgements, and by the judgements of BEIR a document that is its own query', async () => {
    const run = { q1: { q1: 3, a: 2 }, q2: { a: 1 }, q3: { a: 1 } };
    const collection = ['q2', 'q3'].map((qid, index) =>
      JSON.stringify({ qid, query: 'why', candidates: [{ docid: 'a', text: 'x', grade: index || null }] }),
    );
    const files = await collect({
      'run.json': run,
      'test.tsv': 'query-id\tcorpus-id\tscore\nq1\ta\t1\n',
      'some.eval.jsonl': collection.join('\n'),
    });
    const [figures] = computeFigures(files, DEFAULT_OPTIONS)!.runs;
    // q1: the document a is first without q1; q3: a is the only one; q2 has no judgement.
    expect(figures?.means.get('nDCG@10')).toBe(1);
    expect(figures).toMatchObject({ numQueries: 2, unjudgedQids: ['q2'], numOwnDocuments: 1 });
    const trec = await collect({ 'run.json': run, 'test.qrels': 'q1 0 a 1\n' });
    expect(computeFigures(trec, DEFAULT_OPTIONS)!.runs[0]!.means.get('RR')).toBe(0.5);
  });

  it('hold NevIR pairs and p-MRR where query ids come in pairs, and null elsewhere', async () => {
    const figuresOf = async (qrels: string, run: unknown) => {
      const files = await collect({ 'test.qrels': qrels, 'run.json': run });
      return computeFigures(files, DEFAULT_OPTIONS)!.runs[0]!;
    };
    const nevir = await figuresOf('1_q1 0 a 1\n1_q2 0 b 1\n', {
      '1_q1': { a: 2, b: 1 },
      '1_q2': { a: 1, b: 2 },
    });
    expect(nevir).toMatchObject({ nevir: { accuracy: 1 }, followIr: null });
    // a falls from the first place to the second: 1 - 1/2.
    const follow = await figuresOf('1-og 0 a 1\n1-changed 0 a 0\n', {
      '1-og': { a: 2, b: 1 },
      '1-changed': { a: 1, b: 2 },
    });
    expect(follow).toMatchObject({ nevir: null, followIr: { pMrr: 50 } });
    const alone = await figuresOf('1-og 0 a 1\n1-changed 0 a 0\n', { '1-og': { a: 2 } });
    expect(alone).toMatchObject({ nevir: null, followIr: null });
  });
});

/** A collection whose candidates are graded 1 (`a*`), 0, or not at all. */
const evalFile = (candidates: Readonly<Record<string, number | null>>) => ({
  qid: '1',
  query: 'why',
  candidates: Object.entries(candidates).map(([docid, grade]) => ({ docid, text: 'x', grade })),
});

describe('judgements of several files', () => {
  const ndcgOf = async (files: Readonly<Record<string, unknown>>) =>
    computeFigures(await collect(files), DEFAULT_OPTIONS)?.runs.map(({ means }) => means.get('nDCG@10'));

  it('measure a collection by its own', async () => {
    const a = evalFile({ a1: 1, a2: 0 });
    const b = evalFile({ b1: 0, b2: 1 });
    expect(await ndcgOf({ 'a.eval.jsonl': a })).toEqual([1]);
    const files = await collect({ 'a.eval.jsonl': a, 'b.eval.jsonl': b });
    const { runs, plots } = computeFigures(files, DEFAULT_OPTIONS)!;
    expect(runs.map(({ means }) => means.get('nDCG@10'))).toEqual([1, 1 / Math.log2(3)]);
    expect(runs.map(({ numConflictingQueries }) => numConflictingQueries)).toEqual([0, 0]);
    // One collection's gain over another means nothing.
    expect([runs[1]!.gain, plots]).toEqual([null, []]);
  });

  it('are not replaced by those of an ungraded collection', async () => {
    const run = { 1: { a2: 2, a1: 1 } };
    const files = { 'run.json': run, 'a.qrels': '1 0 a1 1\n', 'bare.eval.jsonl': evalFile({ a1: null }) };
    expect(await ndcgOf(files)).toEqual([1 / Math.log2(3), 1]);
    const [, , bare] = await collect(files);
    expect(bare).not.toHaveProperty('judgements');
  });

  it('are told where they are of several collections, or contradict one another', async () => {
    const run = { 1: { a2: 2, a1: 1 }, 2: { a1: 1 } };
    const conflictsOf = async (files: Readonly<Record<string, unknown>>) =>
      computeFigures(await collect(files), DEFAULT_OPTIONS)!.runs[0]!.numConflictingQueries;
    const qrels = '1 0 a1 1\n1 0 a2 0\n2 0 a1 1\n3 0 a1 1\n';
    expect(await conflictsOf({ 'run.json': run, 'a.qrels': qrels })).toBe(0);
    const isPart = evalFile({ a1: 1 });
    expect(await conflictsOf({ 'run.json': run, 'a.qrels': qrels, 'a.eval.jsonl': isPart })).toBe(0);
    const other = '1 0 b1 1\n2 0 b2 1\n3 0 b3 1\n';
    expect(await conflictsOf({ 'run.json': run, 'a.qrels': qrels, 'b.qrels': other })).toBe(2);
    const contradicts = evalFile({ a1: 0 });
    expect(await conflictsOf({ 'run.json': run, 'a.qrels': qrels, 'a.eval.jsonl': contradicts })).toBe(1);
  });

  it('leave out a document that is its own query only where they are of BEIR', async () => {
    const files = await collect({
      'run.json': { q1: { q1: 2, a: 1 }, q2: { q2: 2, a: 1 } },
      'test.tsv': 'query-id\tcorpus-id\tscore\nq1\ta\t1\n',
      'test.qrels': 'q2 0 a 1\n',
    });
    const [figures] = computeFigures(files, DEFAULT_OPTIONS)!.runs;
    expect(figures!.numOwnDocuments).toBe(1);
    expect([...figures!.perQuery.get('RR')!]).toEqual([
      ['q1', 1],
      ['q2', 0.5],
    ]);
  });
});

describe('files', () => {
  it('with several subsets and splits of predictions are a run each', async () => {
    const scores = { q: { a: 1 } };
    const predictions = { mteb_model_meta: {}, fas: { test: scores, dev: scores }, zho: { test: scores } };
    const several = await collect({ 'p.json': predictions });
    expect(several.map(({ name, subset, split }) => [name, subset, split])).toEqual([
      ['p.json: fas, test', 'fas', 'test'],
      ['p.json: fas, dev', 'fas', 'dev'],
      ['p.json: zho, test', 'zho', 'test'],
    ]);
    const one = await collect({ 'p.json': { mteb_model_meta: {}, default: { test: scores } } });
    expect(one.map(({ name }) => name)).toEqual(['p.json']);
  });

  it('are saved as a result of mteb, as figures, and as values by query', async () => {
    const files = await collect({
      'tea.qrels': 'q1 0 a 1\nq2 0 b 1\n',
      'run.json': { q1: { a: 2, b: 1 }, q2: { a: 2, b: 1 } },
    });
    const run = files[1] as MeasurableFile;
    const result = savedRun(run, 'mteb result', collectedJudgements(files).judgements, 1);
    expect(result.name).toBe('run.mteb-result.json');
    const { taskName, datasetRevision, mtebVersion, scores } = await readMtebTaskResult(
      sourceFile(result.name, result.text),
    );
    expect({ taskName, datasetRevision }).toEqual({
      taskName: 'run',
      datasetRevision: 'no_revision_available',
    });
    expect(mtebVersion).toMatch(/^\d/);
    expect(scores.get('test')?.[0]?.metrics.get('mrr_at_10')).toBe(0.75);
    const figures = computeFigures(files, DEFAULT_OPTIONS)!;
    expect(JSON.parse(savedFigures(figures).text)).toMatchObject({
      options: { cutoff: 10, missingQueries: 'skip' },
      runs: [{ name: 'run.json', measures: { RR: 0.75 } }],
    });
    const lines = savedPerQuery(figures)
      .text.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toMatchObject([
      { run: 'run.json', qid: 'q1', measures: { RR: 1 } },
      { run: 'run.json', qid: 'q2', measures: { RR: 0.5 } },
    ]);
  });

  it.each([
    ['run.json', 'run'],
    ['run.trec.gz', 'run'],
    ['bm25/run.trec', 'bm25-run'],
    ['v1.5/run', 'v1.5-run'],
    ['results.jsonl (2)', 'results (2)'],
    ['dev.eval.jsonl', 'dev.eval'],
  ])('%s is saved as %s.trec, and its tag is the same', async (source, base) => {
    const [file] = await collect({ [source]: { q1: { a: 1 } } });
    const { name, text } = savedRun(file as MeasurableFile, 'TREC run', new Map(), 1);
    expect(name).toBe(`${base}.trec`);
    expect(text).toBe(`q1 Q0 a 1 1.0 ${base.replace(' ', '-')}\n`);
  });

  it('of several subsets and splits have names and tags of their own, and one task', async () => {
    const scores = { q: { a: 1 } };
    const files = await collect({
      'pred.json': { mteb_model_meta: {}, en: { test: scores }, de: { test: scores } },
      'q.qrels': 'q 0 a 1\n',
    });
    const saved = (format: RunFormat) =>
      files.slice(0, 2).map((file) => {
        const judgements = collectedJudgements(files).judgements;
        return savedRun(file as MeasurableFile, format, judgements, 1);
      });
    const runs = saved('TREC run');
    expect(runs.map(({ name }) => name)).toEqual(['pred.en.test.trec', 'pred.de.test.trec']);
    expect(runs.map(({ text }) => text.trim().split(' ').at(-1))).toEqual(['pred.en.test', 'pred.de.test']);
    const results = saved('mteb result');
    expect(results[1]?.name).toBe('pred.de.test.mteb-result.json');
    expect(JSON.parse(results[1]?.text ?? '')).toMatchObject({ task_name: 'pred' });
  });

  it('whose ids hold spaces cannot be a TREC run, and can be anything else', async () => {
    const [file] = await collect({ 'beir.json': { 'PLAIN 2': { 'MED 10': 1 } } });
    const save = (format: 'TREC run' | 'rank1 run file') =>
      savedRun(file as MeasurableFile, format, new Map(), 1).text;
    expect(() => save('TREC run')).toThrow('ids there have no spaces');
    expect(JSON.parse(save('rank1 run file'))).toEqual({ 'PLAIN 2': { 'MED 10': 1 } });
  });
});
