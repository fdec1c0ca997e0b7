/** Kept results of a real model: what is judged once is not judged again, and nothing is mixed with other data. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MeasuredModel } from '../../../bench/quality/measure.ts';
import { loadQueries } from '../../../bench/quality/sets.ts';
import { formatEvalQuery } from '../../../src/evaluation/index.ts';
import { DEMO_MODEL } from '../../harness/node-model.ts';

const FORM = { dtype: undefined, device: 'wasm', arithmetic: 'exact' } as const;
const BRIDGE = 'The bridge was opened to traffic in 1894.';

let data: string;
beforeAll(() => {
  data = mkdtempSync(path.join(tmpdir(), 'rank1-measured-'));
  mkdirSync(path.join(data, 'evaluation/selqa'), { recursive: true });
});
afterAll(() => rmSync(data, { recursive: true }));

function storeSelqa(text: string): void {
  const lines = ['when was the bridge opened', 'who built the bridge'].map((query, index) => {
    const texts = [text, `Bridge ${index} is painted grey.`];
    const candidates = texts.map((one, d) => ({
      docid: `d${d}`,
      text: one,
      grade: d === 0 ? 1 : 0,
      score: null,
    }));
    return formatEvalQuery({ qid: `q${index}`, query, candidates, idealGrades: null });
  });
  writeFileSync(path.join(data, 'evaluation/selqa/dev.eval.jsonl.gz'), gzipSync(lines.join('')));
}

test('a run goes on where it ended, and refuses results of other data', async () => {
  storeSelqa(BRIDGE);
  const work = path.join(data, 'work');
  const queries = await loadQueries(data, 'selqa-dev');
  const judge = async (numQueries: number): Promise<{ numJudged: number; model: MeasuredModel }> => {
    const model = new MeasuredModel(DEMO_MODEL, FORM, work);
    const steps: number[] = [];
    try {
      await model.measure(data, 'selqa-dev', 'instant', queries, numQueries, (done) => steps.push(done));
    } finally {
      await model.dispose();
    }
    return { numJudged: Math.max(0, steps.length - 1), model };
  };
  const first = await judge(1);
  expect(first.numJudged).toBe(1);
  expect(first.model.name).toBe('rank1-demo, q4, exact');
  const [kept] = await first.model.results('selqa-dev', 'instant');
  expect(kept!.qid).toBe(queries[0]!.qid);
  expect(kept!.ranking.map(({ verdict }) => verdict?.instant)).toEqual([true, true]);
  expect((await judge(2)).numJudged).toBe(1);
  expect((await judge(1)).numJudged).toBe(0);
  const { numJudged, model } = await judge(2);
  expect(numJudged).toBe(0);
  const results = await model.results('selqa-dev', 'instant');
  expect(results.map(({ qid }) => qid)).toEqual(queries.map(({ qid }) => qid));
  expect(results[0]).toEqual(kept);
  expect(model.speed('selqa-dev', 'instant')).toBeGreaterThan(0);
  expect(model.speed('selqa-dev', 'chain')).toBeNull();
  // Another model's results lie elsewhere.
  const fast = new MeasuredModel(DEMO_MODEL, { ...FORM, arithmetic: 'fast' }, work);
  expect(await fast.results('selqa-dev', 'instant')).toEqual([]);

  storeSelqa(`${BRIDGE} It has two lanes.`);
  await expect(judge(2)).rejects.toThrow('other settings');
});
