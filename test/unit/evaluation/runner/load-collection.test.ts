/** What `rank1-rerank eval` reads: texts to judge with their titles, and judgements whole. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCollection } from '../../../../src/evaluation/node/load-collection.ts';
import type { Judge } from '../../../../src/evaluation/runner/judge.ts';
import { runEvaluation, writeReport } from '../../../../src/evaluation/node/run-evaluation.ts';
import { MEASURES } from '../../../../src/evaluation/runner/query-result.ts';
import { leftOutNotes } from '../../../../src/evaluation/runner/loaded-collection.ts';
import { TextBudget } from '../../../../src/evaluation/runner/text-budget.ts';
import { evaluateRun, type Qrels } from '../../../../src/evaluation/index.ts';

const loadQueries = async (...args: Parameters<typeof loadCollection>) =>
  (await loadCollection(...args)).queries;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-eval-data-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Of options that name no other file. */
const sources = { run: null, split: 'test', subset: null, qrels: null, limit: null };
const names = {
  taskName: 'tea',
  runTag: 'tea',
  split: 'test',
  subset: null,
  datasetRevision: 'none',
  languages: ['eng-Latn'],
  relevanceLevel: 1,
  modelName: 'tea',
};

/** A BEIR folder and a first stage's run of its documents, first to last. */
function beir(name: string, docids: readonly string[], qrels: Qrels) {
  const data = join(folder, name);
  mkdirSync(join(data, 'qrels'), { recursive: true });
  const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const qids = [...qrels.keys()];
  writeFileSync(join(data, 'corpus.jsonl'), lines(docids.map((_id) => ({ _id, text: `text of ${_id}` }))));
  writeFileSync(join(data, 'queries.jsonl'), lines(qids.map((_id) => ({ _id, text: 'why' }))));
  const rows = [...qrels].flatMap(([qid, grades]) => [...grades].map((pair) => [qid, ...pair].join('\t')));
  writeFileSync(join(data, 'qrels/test.tsv'), `query-id\tcorpus-id\tscore\n${rows.join('\n')}\n`);
  const run = join(folder, `${name}.json`);
  const scores = Object.fromEntries(docids.map((docid, index) => [docid, docids.length - index]));
  writeFileSync(run, JSON.stringify(Object.fromEntries(qids.map((qid) => [qid, scores]))));
  return { ...sources, data, run };
}

/** Likes longer texts, and of those of one length the earlier ones. */
const judge: Judge = async (_query, documents) =>
  documents.map(({ text }, index) => ({
    finishReason: 'verdict',
    verdict: { label: 'true', score: 0.5, logitDifference: text.length - index / 100, forced: false },
    reasoning: '',
    truncated: false,
    numPromptTokens: 1,
    numNewTokens: 1,
  }));

describe('data', () => {
  test('of a query with thirty judged documents give every measure that evaluateRun gives', async () => {
    const grades = new Map(Array.from({ length: 30 }, (_, d) => [`d${d}`, d % 3 === 0 ? 0 : d % 3]));
    const qrels: Qrels = new Map([['q', grades]]);
    const docids = [...grades.keys()].slice(5).concat('unjudged');
    const collection = await loadCollection({ ...beir('thirty', docids, qrels), depth: 20 });
    const out = join(folder, 'thirty-out');
    const results = await runEvaluation(collection.queries, judge, { out, settings: {} });
    const run = new Map([['q', new Map(docids.slice(0, 20).map((id, d) => [id, id.length - d / 100]))]]);
    const expected = evaluateRun(run, qrels, { measures: MEASURES }).means;
    const { measures } = writeReport(out, names, collection, results);
    expect([...expected.values()]).not.toContain(null);
    expect(measures['reranked']).toEqual(Object.fromEntries(expected));
    expect(Object.fromEntries(results[0]!.measures)).toEqual(Object.fromEntries(expected));
  });

  test.each([
    ['spaces', 'PLAIN 2', 'MED 10'],
    ['the mark of a comment', '#2', '#10'],
  ])(
    'whose ids hold %s leave every file but the TREC run, which could not be read back',
    async (name, qid, docid) => {
      const qrels: Qrels = new Map([[qid, new Map([[docid, 2]])]]);
      const collection = await loadCollection({ ...beir(name, [docid, `${docid}1`], qrels), depth: 20 });
      const out = join(folder, `${name}-out`);
      const results = await runEvaluation(collection.queries, judge, { out, settings: {} });
      const { notes } = writeReport(out, names, collection, results);
      expect(notes.join()).toMatch(new RegExp(`run\\.trec was left out.*"${qid}"`));
      const written = ['run.trec', 'predictions.json', 'mteb-result.json', 'measures.json', 'gain.svg'];
      expect(written.filter((name) => existsSync(join(out, name)))).toEqual(written.slice(1));
    },
  );

  test('that are too much text to hold are refused at the line that is too much', async () => {
    const options = beir('big', ['a', 'b', 'c'], new Map([['q', new Map([['a', 1]])]]));
    await expect(loadQueries({ ...options, depth: 3 }, new TextBudget(20))).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('corpus.jsonl, line 3: ') as string,
    });
    // Documents that are not judged are not held.
    expect(await loadQueries({ ...options, depth: 2 }, new TextBudget(20))).toHaveLength(1);
    const data = join(folder, 'big.eval.jsonl');
    const line = (qid: string) =>
      JSON.stringify({ qid, query: 'why', candidates: [{ docid: 'a', text: 'x'.repeat(15), grade: 1 }] });
    writeFileSync(data, `${line('1')}\n\n${line('2')}\n`);
    await expect(loadQueries({ ...sources, data, depth: 5 }, new TextBudget(20))).rejects.toMatchObject({
      message: expect.stringContaining('big.eval.jsonl, line 3: ') as string,
    });
  });

  test('that are packed and damaged, or cut short, are refused with the name of the file', async () => {
    const data = join(folder, 'tea.eval.jsonl.gz');
    const line = JSON.stringify({ qid: '1', query: 'why', candidates: [] });
    const packed = gzipSync(`${line}\n`);
    for (const bytes of [Buffer.from(line), packed.subarray(0, packed.length - 6), packed.subarray(0, 5)]) {
      writeFileSync(data, bytes);
      await expect(loadQueries({ ...sources, data, depth: 1 })).rejects.toMatchObject({
        code: 'invalid-file',
        message: expect.stringMatching(/^tea\.eval\.jsonl\.gz, line \d+: /) as string,
      });
    }
    const missing = join(folder, 'nowhere.eval.jsonl.gz');
    await expect(loadQueries({ ...sources, data: missing, depth: 1 })).rejects.toThrow('ENOENT');
  });

  test('with a blank query that would be judged are refused at its line', async () => {
    const line = (qid: string, query: string, grade: number | null) =>
      JSON.stringify({ qid, query, candidates: [{ docid: 'a', text: 'x', grade }] });
    const data = join(folder, 'blank.eval.jsonl');
    const blank = (rows: readonly string[]) => {
      writeFileSync(data, rows.join('\n'));
      return loadQueries({ ...sources, data, depth: 1 });
    };
    await expect(blank([line('1', 'why', 1), '', line('2', ' \n', 1)])).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringMatching(/^blank\.eval\.jsonl, line 3: the query "2" is blank/) as string,
    });
    // One that is left out does not matter.
    expect(await blank([line('1', 'why', 1), line('2', '', null)])).toHaveLength(1);
    const options = beir('blank', ['a'], new Map([['q', new Map([['a', 1]])]]));
    writeFileSync(
      join(options.data, 'queries.jsonl'),
      '{"_id": "p", "text": ""}\n{"_id": "q", "text": ""}\n',
    );
    await expect(loadQueries({ ...options, depth: 1 })).rejects.toThrow(
      'queries.jsonl, line 2: the query "q"',
    );
    writeFileSync(join(options.data, 'queries.jsonl'), '{"_id": "p", "text": "why"}\n');
    await expect(loadQueries({ ...options, depth: 1 })).rejects.toThrow('names the query q, which');
  });

  test('without judgements are left out and counted, unless none has any', async () => {
    const request = (qid: string) =>
      JSON.stringify({
        query: { qid, text: 'why' },
        candidates: [{ docid: 'd1', score: 1, doc: { contents: 'x' } }],
      });
    const data = join(folder, 'unjudged.jsonl');
    writeFileSync(data, ['train1', 'q1', 'train2', 'q2'].map(request).join('\n'));
    const qrels = join(folder, 'unjudged.qrels');
    writeFileSync(qrels, 'q1 0 d1 1\nq2 0 d4 1\nq9 0 d1 1\n');
    const options = { ...sources, data, depth: 10 };
    const { queries, leftOut } = await loadCollection({ ...options, qrels });
    expect(queries.map(({ qid }) => qid)).toEqual(['q1', 'q2']);
    expect(leftOut).toEqual({ numUnjudgedQueries: 2, numQueriesWithoutCandidates: 1, numOwnDocuments: 0 });
    expect(leftOutNotes(leftOut)).toEqual([
      'Without judgements, so left out: 2 queries.',
      'Judged but without candidates, so not in the means: 1 query.',
    ]);
    expect((await loadCollection({ ...options, qrels, limit: 1 })).queries).toEqual([queries[0]]);
    // A run can be made without any judgement; there is nothing to measure then.
    const all = await loadCollection(options);
    expect(all.queries).toHaveLength(4);
    expect(leftOutNotes(all.leftOut)).toEqual([]);
    const out = join(folder, 'unjudged-out');
    const results = await runEvaluation(all.queries, judge, { out, settings: {} });
    const { measures } = writeReport(out, names, all, results);
    expect(measures).toMatchObject({ num_queries: 4, num_documents: 4 });
    expect(measures).not.toHaveProperty('reranked');
    writeFileSync(qrels, 'q9 0 d1 1\n');
    await expect(loadCollection({ ...options, qrels })).rejects.toThrow('none with judgements');
  });

  test('of a BEIR folder come in the order of the run, with titles and whole judgements', async () => {
    const data = join(folder, 'beir');
    mkdirSync(join(data, 'qrels'), { recursive: true });
    const corpus = ['a', 'b', 'c'].map((id) =>
      JSON.stringify({ _id: id, title: `T${id}`, text: `text ${id}` }),
    );
    writeFileSync(join(data, 'corpus.jsonl'), corpus.join('\n'));
    writeFileSync(join(data, 'queries.jsonl'), '{"_id": "1", "text": "why"}\n');
    writeFileSync(join(data, 'qrels/test.tsv'), 'query-id\tcorpus-id\tscore\n1\tb\t2\n1\tc\t1\n');
    const run = join(folder, 'bm25.run');
    writeFileSync(run, '1 Q0 a 1 3.5 bm25\n1 Q0 b 2 9.25 bm25\n');
    const options = { ...sources, data, run, depth: 1 };
    const [query] = await loadQueries(options);
    expect(query).toMatchObject({ qid: '1', query: 'why' });
    expect(query?.judgements).toEqual({ grades: new Map(Object.entries({ b: 2, c: 1 })) });
    expect(query?.toJudge).toEqual([{ docid: 'b', title: 'Tb', text: 'text b', grade: 2, score: 9.25 }]);
    await expect(loadQueries({ ...options, run: null })).rejects.toThrow('needs --run');
    await expect(loadQueries({ ...options, qrels: run })).rejects.toThrow('has its own judgements');
    // The same candidates as a rank1 run file, and as mteb predictions.
    const scores = { 1: { a: 3.5, b: 9.25 } };
    for (const [name, content] of [
      ['rank1.json', scores],
      ['mteb.json', { mteb_model_meta: {}, default: { test: scores, dev: { 1: { a: 1 } } } }],
    ] as const) {
      const other = join(folder, name);
      writeFileSync(other, JSON.stringify(content));
      expect(await loadQueries({ ...options, run: other })).toEqual([query]);
    }
    const dev = join(folder, 'mteb-dev.json');
    writeFileSync(dev, JSON.stringify({ mteb_model_meta: {}, fas: { dev: scores } }));
    expect(await loadQueries({ ...options, split: null, run: dev })).toEqual([query]);
    await expect(loadQueries({ ...options, run: dev })).rejects.toThrow('no split "test"');
    await expect(loadQueries({ ...options, split: null, subset: 'zho', run: dev })).rejects.toThrow(
      'no subset "zho"',
    );
    writeFileSync(run, '1 Q0 z 1 3.5 bm25\n');
    await expect(loadQueries(options)).rejects.toThrow('names the document z');
  });

  test('of rank_llm requests take judgements from a file', async () => {
    const data = join(folder, 'requests.jsonl');
    const request = {
      query: { qid: 'q1', text: 'why' },
      candidates: [
        { docid: 'b', score: 2, doc: { title: 'B', text: 'text b' } },
        { docid: 'a', score: 1, doc: { segment: 'text a' } },
      ],
    };
    writeFileSync(data, `${JSON.stringify(request)}\n`);
    const qrels = join(folder, 'qrels.txt');
    writeFileSync(qrels, 'q1 0 a 2\nq1 0 z 3\nq1 0 b -1\n');
    const [query] = await loadQueries({ ...sources, data, qrels, depth: 10 });
    expect(query).toMatchObject({ qid: 'q1', query: 'why' });
    expect(query?.judgements).toEqual({ grades: new Map(Object.entries({ a: 2, z: 3, b: -1 })) });
    expect(query?.toJudge).toEqual([
      { docid: 'b', title: 'B', text: 'text b', score: 2, grade: null },
      { docid: 'a', text: 'text a', score: 1, grade: 2 },
    ]);
    const [unjudged] = await loadQueries({ ...sources, data, depth: 10 });
    expect(unjudged?.toJudge.map(({ grade }) => grade)).toEqual([null, null]);
    await expect(loadQueries({ ...sources, data, run: qrels, depth: 1 })).rejects.toThrow(
      '--run is only for a BEIR folder',
    );
    await expect(loadQueries({ ...sources, data: qrels, depth: 1 })).rejects.toThrow('no texts to judge');
    const judged = join(folder, 'judged.eval.jsonl');
    writeFileSync(judged, '{"qid": "q", "query": "why", "candidates": []}\n');
    await expect(loadQueries({ ...sources, data: judged, qrels, depth: 1 })).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringMatching(/^judged\.eval\.jsonl .*--qrels/),
    });
  });
});
