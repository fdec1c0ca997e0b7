/** `rank1-rerank eval` without its engine: what is judged, what is kept, and that an interruption leaves no trace. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCollection } from '../../../../src/evaluation/node/load-collection.ts';
import { computeMeasures } from '../../../../src/evaluation/runner/run-measures.ts';
import type { Judge } from '../../../../src/evaluation/runner/judge.ts';
import { runEvaluation, writeReport } from '../../../../src/evaluation/node/run-evaluation.ts';
import type { LoadedQuery } from '../../../../src/evaluation/runner/loaded-collection.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-eval-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const NOTHING_LEFT_OUT = { numUnjudgedQueries: 0, numQueriesWithoutCandidates: 0, numOwnDocuments: 0 };
const NUM_QUERIES = 4;
const NUM_DOCUMENTS = 5;
/** Of options that name no other file. */
const sources = { run: null, split: 'test', subset: null, qrels: null, limit: null };
const reportOptions = {
  split: 'test',
  subset: null,
  taskName: 'Tea',
  runTag: 'rank1-rerank-reason',
  datasetRevision: 'r1',
  languages: ['eng-Latn', 'zho-Hant'],
  relevanceLevel: 1,
  modelName: 'tea',
};
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

async function load(): Promise<readonly LoadedQuery[]> {
  const data = join(folder, 'tea.eval.jsonl.gz');
  writeFileSync(data, gzipSync(`${lines}\n`));
  return (await loadCollection({ ...sources, data, depth: NUM_DOCUMENTS })).queries;
}

/** Scores by the number in the text; ends the run when it has judged so many documents in all. */
function scriptedJudge(failAfter = Infinity): Judge {
  let numJudged = 0;
  return async (_query, documents) =>
    documents.map(({ text }) => {
      if (numJudged++ >= failAfter) throw new Error('interrupted');
      const logitDifference = Number(text.slice(5)) - 2.25;
      const score = 1 / (1 + Math.exp(-logitDifference));
      const label = logitDifference > 0 ? 'true' : 'false';
      const verdict = text === 'text 3' ? null : ({ label, score, logitDifference, forced: false } as const);
      return {
        finishReason: verdict ? 'verdict' : 'prompt-too-long',
        verdict,
        reasoning: 'Because.\u2028\n"é"',
        truncated: false,
        numPromptTokens: 30,
        numNewTokens: 5,
      };
    });
}

async function evaluate(out: string, judge: Judge): Promise<void> {
  const queries = await load();
  const results = await runEvaluation(queries, judge, { out, settings });
  writeReport(out, reportOptions, { queries, leftOut: NOTHING_LEFT_OUT }, results);
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
      // mteb reads neither null.
      dataset_revision: 'r1',
      mteb_version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      scores: {
        test: [
          {
            hf_subset: 'default',
            languages: ['eng-Latn', 'zho-Hant'],
            mteb_version: expect.stringMatching(/^\d/) as string,
          },
        ],
      },
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
    // No two scores are the same.
    expect(measures['lowest_nDCG@10_by_ties']).toBeCloseTo(ours!, 12);
    expect(measures['highest_nDCG@10_by_ties']).toBeCloseTo(ours!, 12);
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

describe('a folder that another process writes', () => {
  test('is refused and left as it is', async () => {
    const out = join(folder, 'taken');
    mkdirSync(out);
    for (const pid of [String(process.ppid), '']) {
      writeFileSync(join(out, 'run.lock'), pid);
      await expect(evaluate(out, scriptedJudge())).rejects.toThrow(/taken.* is being written by .*run\.lock/);
      expect(filesOf(out)).toEqual({ 'run.lock': pid });
    }
  });

  test('is one only until that process ends, and while a run goes on', async () => {
    const out = join(folder, 'left');
    mkdirSync(out);
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(out, 'run.lock'), String(pid));
    let held = '';
    await evaluate(out, (...given) => {
      held = readFileSync(join(out, 'run.lock'), 'utf8');
      return scriptedJudge()(...given);
    });
    expect(held).toBe(String(process.pid));
    expect(filesOf(out)).toEqual(filesOf(join(folder, 'whole')));
    // In a container every start may have the same id.
    writeFileSync(join(out, 'run.lock'), String(process.pid));
    await evaluate(out, scriptedJudge());
  });
});

describe('paired queries', () => {
  const paired = (qids: readonly string[], grades: readonly (readonly number[])[]): LoadedQuery[] =>
    qids.map((qid, q) => {
      const toJudge = ['a', 'b'].map((docid, d) => ({
        docid,
        text: docid,
        score: null,
        grade: grades[q]![d]!,
      }));
      const known = new Map(toJudge.map(({ docid, grade }) => [docid, grade]));
      return { qid, query: qid, toJudge, judgements: { grades: known } };
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

  test('of FollowIR count a document that no list holds, just below the end of each', () => {
    const follow = paired(['1-og', '1-changed'], [[1, 0], [0, 0]]).map((query) => ({
      ...query,
      // The document x loses its relevance, too; nobody retrieved it before, and it is last now: 1 - 3/3.
      judgements: {
        grades: new Map([...query.judgements.grades, ['x', query.qid === '1-og' ? 1 : 0]]),
      },
    })); // prettier-ignore
    const scores = run([
      ['1-og', 2, 1],
      ['1-changed', 1, 2],
    ]);
    // a falls from 1 to 2, x stays: the mean of 1/2 and 0, times 100.
    expect(computeMeasures(follow, [], scores, 1)).toMatchObject({ p_mrr: 25 });
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
