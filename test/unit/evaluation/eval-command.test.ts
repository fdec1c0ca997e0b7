/** `npm run eval` without its browser: what is judged, what is kept, and that an interruption leaves no trace. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadQueries, type LoadedQuery } from '../../../scripts/eval/data.ts';
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
  return loadQueries({ data, run: null, split: 'test', depth: NUM_DOCUMENTS, limit: null });
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
  writeReport(out, queries, await runEvaluation(queries, judge, { out, settings }), 'test');
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
      'measures.json',
      'predictions.json',
      'results.jsonl',
      'run.trec',
      'settings.json',
    ]);
    expect(files['run.trec']?.split('\n')[0]).toBe('q0 Q0 d4 1 1.75 test');
    expect(JSON.parse(files['predictions.json']!)).toMatchObject({ q3: { d4: 1.75, d0: -2.25 } });
    expect(files['results.jsonl']?.split('\n')).toHaveLength(NUM_QUERIES + 1);
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
    const options = { data, run, split: 'test', depth: 1, limit: null };
    const [query] = await loadQueries(options);
    expect(query).toMatchObject({ qid: '1', query: 'why', idealGrades: [2, 1] });
    expect(query?.toJudge).toEqual([{ docid: 'b', text: 'Tb text b', grade: 2, score: 9.25 }]);
    await expect(loadQueries({ ...options, run: null })).rejects.toThrow('needs --run');
    writeFileSync(run, '1 Q0 z 1 3.5 bm25\n');
    await expect(loadQueries(options)).rejects.toThrow('names the document z');
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
  ])('refuses %j', (args, reason) => {
    expect(() => parseOptions(args)).toThrow(reason);
  });
});
