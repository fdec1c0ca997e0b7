/** `npm run eval` without its browser: what is judged, what is kept, and that an interruption leaves no trace. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadQueries, type LoadedQuery } from '../../../scripts/eval/data.ts';
import { computeMeasures } from '../../../scripts/eval/measures.ts';
import { parseOptions } from '../../../scripts/eval/options.ts';
import { writeReport } from '../../../scripts/eval/report-files.ts';
import { runEvaluation, type Judge } from '../../../scripts/eval/run-evaluation.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-eval-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const NUM_QUERIES = 4;
const NUM_DOCUMENTS = 5;
/** Of options that name no other file. */
const sources = { run: null, split: 'test', subset: null, qrels: null, limit: null };
const reportOptions = {
  data: 'tea.eval.jsonl',
  split: 'test',
  subset: null,
  task: 'Tea',
  relevanceLevel: 1,
  judge: { mode: 'reason', model: 'models/tea/' },
} as const;
const settings = { data: 'tea.eval.jsonl', depth: NUM_DOCUMENTS };

/** Later documents are better, so the first stage is wrong about all of them. */
const lines = Array.from({ length: NUM_QUERIES }, (_, q) =>
  JSON.stringify({
    qid: `q${q}`,
    query: `question ${q} é`,
    candidates: Array.from({ length: NUM_DOCUMENTS + 2 }, (_, d) => ({
      docid: `d${d}`,
      rank: d + 1,
      text: `text ${d}`,
      grade: d === 1 ? null : Math.min(d, 3),
    })),
  }),
).join('\n');

async function load(): Promise<LoadedQuery[]> {
  const data = join(folder, 'tea.eval.jsonl.gz');
  writeFileSync(data, gzipSync(`${lines}\n`));
  return loadQueries({ ...sources, data, depth: NUM_DOCUMENTS });
}

/** Scores by the number in the text; ends the run when it has judged so many documents in all. */
function scriptedJudge(failAfter = Infinity): Judge {
  let numJudged = 0;
  return async (_query, texts) =>
    texts.map((text) => {
      if (numJudged++ >= failAfter) throw new Error('interrupted');
      const logitDifference = Number(text.slice(5)) - 2.25;
      const score = 1 / (1 + Math.exp(-logitDifference));
      const label = logitDifference > 0 ? 'true' : 'false';
      const verdict = text === 'text 3' ? null : ({ label, score, logitDifference, forced: false } as const);
      return {
        finishReason: verdict ? 'verdict' : 'prompt-too-long',
        verdict,
        reasoning: 'Because.\u2028\n"é"',
      };
    });
}

async function evaluate(out: string, judge: Judge): Promise<void> {
  const queries = await load();
  const results = await runEvaluation(queries, judge, { out, settings });
  writeReport({ ...reportOptions, out }, queries, results);
}

function filesOf(out: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(out)
      .sort()
      .map((name) => [name, readFileSync(join(out, name), 'utf8')]),
  );
}

describe('a run', () => {
  test('leaves a TREC run, rank1 predictions, results with chains, and measures', async () => {
    const out = join(folder, 'whole');
    await evaluate(out, scriptedJudge());
    const files = filesOf(out);
    expect(Object.keys(files)).toEqual([
      'gain.svg',
      'measures.json',
      'mteb-predictions.json',
      'mteb-result.json',
      'predictions.json',
      'reliability.svg',
      'results.jsonl',
      'run.trec',
      'scores.svg',
      'settings.json',
    ]);
    expect(files['run.trec']?.split('\n')[0]).toBe('q0 Q0 d4 1 1.75 rank1-rerank-reason');
    expect(JSON.parse(files['predictions.json']!)).toMatchObject({ q3: { d4: 1.75, d0: -2.25 } });
    expect(files['results.jsonl']?.split('\n')).toHaveLength(NUM_QUERIES + 1);
    expect(JSON.parse(files['mteb-predictions.json']!)).toMatchObject({
      mteb_model_meta: { model_name: 'tea' },
      default: { test: { q3: { d4: 1.75 } } },
    });
    expect(JSON.parse(files['mteb-result.json']!)).toMatchObject({
      task_name: 'Tea',
      scores: { test: [{ hf_subset: 'default', languages: ['eng-Latn'] }] },
    });
    for (const name of ['gain.svg', 'reliability.svg', 'scores.svg']) expect(files[name]).toMatch(/^<svg/);
    const measures = JSON.parse(files['measures.json']!) as Record<string, unknown>;
    expect(measures).toMatchObject({ num_queries: 4, num_documents: 20, num_without_verdict: 4 });
    // By hand: gains 3, 2, 0 (unjudged), 0 in our order; 0, 0, 2, 3, 3 in the first stage's; the ideal is 3 3 3 3 2.
    const dcg = (gains: number[]) => gains.reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0);
    const ideal = dcg([3, 3, 3, 3, 2]);
    const ours = (measures['reranked'] as Record<string, number>)['nDCG@10'];
    expect(ours).toBeCloseTo(dcg([3, 2, 0, 0]) / ideal, 12);
    expect((measures['first_stage'] as Record<string, number>)['nDCG@10']).toBeCloseTo(
      dcg([0, 0, 2, 3, 3]) / ideal,
      12,
    );
    expect(measures['best_order_nDCG@10']).toBeCloseTo(dcg([3, 3, 2, 0, 0]) / ideal, 12);
  });

  test('interrupted at any document, and run again, leaves the same bytes', async () => {
    const expected = filesOf(join(folder, 'whole'));
    for (let failAfter = 0; failAfter < NUM_QUERIES * NUM_DOCUMENTS; failAfter++) {
      const out = join(folder, `cut-${failAfter}`);
      await expect(evaluate(out, scriptedJudge(failAfter))).rejects.toThrow('interrupted');
      await evaluate(out, scriptedJudge());
      expect(filesOf(out)).toEqual(expected);
    }
  });

  test('interrupted while it writes a line leaves the same bytes, whatever was written', async () => {
    const expected = filesOf(join(folder, 'whole'));
    const bytes = Buffer.from(expected['results.jsonl']!);
    for (let length = 0; length <= bytes.length; length += 97) {
      const out = join(folder, `torn-${length}`);
      mkdirSync(out);
      writeFileSync(join(out, 'results.jsonl'), bytes.subarray(0, length));
      await evaluate(out, scriptedJudge());
      expect(filesOf(out)).toEqual(expected);
    }
  });

  test('judges nothing again that is there', async () => {
    await evaluate(join(folder, 'whole'), scriptedJudge(0));
  });

  test('with other settings, or of other queries, is refused and changes nothing', async () => {
    const out = join(folder, 'whole');
    const before = filesOf(out);
    const queries = await load();
    await expect(
      runEvaluation(queries, scriptedJudge(), { out, settings: { ...settings, depth: 3 } }),
    ).rejects.toThrow('other settings');
    await expect(runEvaluation(queries.toReversed(), scriptedJudge(), { out, settings })).rejects.toThrow(
      'another query in line 1',
    );
    expect(filesOf(out)).toEqual(before);
  });
});

describe('data', () => {
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
    expect(query).toMatchObject({ qid: '1', query: 'why', idealGrades: [2, 1] });
    expect(query?.toJudge).toEqual([{ docid: 'b', text: 'Tb text b', grade: 2, score: 9.25 }]);
    await expect(loadQueries({ ...options, run: null })).rejects.toThrow('needs --run');
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
    writeFileSync(qrels, 'q1 0 a 2\nq1 0 z 3\n');
    const [query] = await loadQueries({ ...sources, data, qrels, depth: 10 });
    expect(query).toMatchObject({ qid: 'q1', query: 'why', idealGrades: [3, 2] });
    expect(query?.toJudge).toEqual([
      { docid: 'b', text: 'B text b', score: 2, grade: null },
      { docid: 'a', text: 'text a', score: 1, grade: 2 },
    ]);
    const [unjudged] = await loadQueries({ ...sources, data, depth: 10 });
    expect(unjudged?.toJudge.map(({ grade }) => grade)).toEqual([null, null]);
    await expect(loadQueries({ ...sources, data, run: qrels, depth: 1 })).rejects.toThrow(
      '--run is of a BEIR',
    );
    await expect(loadQueries({ ...sources, data: qrels, depth: 1 })).rejects.toThrow('no texts to judge');
  });
});

describe('paired queries', () => {
  const paired = (qids: readonly string[], grades: readonly (readonly number[])[]): LoadedQuery[] =>
    qids.map((qid, q) => {
      const candidates = ['a', 'b'].map((docid, d) => ({
        docid,
        text: docid,
        score: null,
        grade: grades[q]![d]!,
      }));
      return { qid, query: qid, idealGrades: null, candidates, toJudge: candidates };
    });
  const run = (rows: readonly (readonly [string, number, number])[]) =>
    new Map(
      rows.map(([qid, a, b]) => [
        qid,
        new Map([
          ['a', a],
          ['b', b],
        ]),
      ]),
    );
  const grades = [
    [1, 0],
    [0, 1],
  ];

  test('of NevIR are counted in pairs, and those of FollowIR give p-MRR', () => {
    const nevir = paired(['1_q1', '1_q2'], grades);
    expect(
      computeMeasures(
        nevir,
        [],
        run([
          ['1_q1', 2, 1],
          ['1_q2', 1, 2],
        ]),
        1,
      ),
    ).toMatchObject({
      nevir_paired_accuracy: 1,
      nevir_pairs: 1,
    });
    const follow = paired(['1-og', '1-changed'], grades);
    // From the first place to the second: 1 - 1/2.
    expect(
      computeMeasures(
        follow,
        [],
        run([
          ['1-og', 2, 1],
          ['1-changed', 1, 2],
        ]),
        1,
      ),
    ).toMatchObject({ p_mrr: 50 });
  });

  test('that are not all there are not counted', () => {
    const half = paired(['1_q1', '1_q2', '2_q1'], [...grades, [1, 0]]);
    const scores = run([
      ['1_q1', 2, 1],
      ['1_q2', 1, 2],
      ['2_q1', 2, 1],
    ]);
    expect(computeMeasures(half, [], scores, 1)).not.toHaveProperty('nevir_pairs');
  });
});

describe('the command line', () => {
  test('has defaults', () => {
    expect(parseOptions(['--data', 'x.eval.jsonl', '--out', 'o'])).toMatchObject({
      depth: 20,
      limit: null,
      judge: { mode: 'reason', rethink: 0, longDocuments: 'truncate', device: 'wasm', maxNewTokens: null },
    });
  });

  test.each([
    [['--out', 'o'], '--data and --out'],
    [['--data', 'x', '--out', 'o', '--depth', '0'], '--depth must be'],
    [['--data', 'x', '--out', 'o', '--depth', '1.5'], '--depth must be'],
    [['--data', 'x', '--out', 'o', '--mode', 'fast'], '--mode must be'],
    [['--data', 'x', '--out', 'o', '--colour'], '--colour'],
    [['--data', 'x', '--out', 'o', '--samples', '2', '--mode', 'instant'], '--mode reason'],
    [['--data', 'x', '--out', 'o', '--samples', '2', '--temperature=-1'], '--temperature must'],
    [['--data', 'x', '--out', 'o', '--seed', '3'], 'give --samples'],
    [['--data', 'x', '--out', 'o', '--templates', 't.json'], 'needs --task'],
  ])('refuses %j', (args, reason) => {
    expect(() => parseOptions(args)).toThrow(reason);
  });

  test('takes a template by the name of the task, else by the name of its data set', () => {
    const file = join(folder, 'templates.json');
    const templates = { Bright: 'any FILL_QUERY_HERE', Bright_pony: 'pony FILL_QUERY_HERE' };
    writeFileSync(file, JSON.stringify(templates));
    const templateOf = (task: string) =>
      parseOptions(['--data', 'x', '--out', 'o', '--templates', file, '--task', task]).judge.queryTemplate;
    expect(templateOf('Bright_pony')).toBe('pony FILL_QUERY_HERE');
    expect(templateOf('Bright_biology')).toBe('any FILL_QUERY_HERE');
    expect(templateOf('SciFact')).toBe('');
    for (const [content, reason] of [
      ['{"a": "no place"}', 'FILL_QUERY_HERE'],
      ['[1]', 'JSON object'],
      ['{', 'not valid JSON'],
    ]) {
      writeFileSync(file, content!);
      expect(() => templateOf('a')).toThrow(reason);
    }
  });
});
