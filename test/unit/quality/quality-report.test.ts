/** The quality report from results of a scripted judge: which figures it gives, and which it does not dare to. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoadedQuery } from '../../../src/evaluation/runner/loaded-collection.ts';
import type { Judge } from '../../../src/evaluation/runner/judge.ts';
import { runEvaluation } from '../../../src/evaluation/node/run-evaluation.ts';
import { cellName, listCells, type Collection } from '../../../bench/quality/cells.ts';
import { writeQualityReport } from '../../../bench/quality/report.ts';

const ORIGIN = { date: '2026-01-02', machine: 'a test' };
const NUM_DOCUMENTS = 4;

/** Only the last document is relevant, so that the first stage is as wrong as can be. */
function makeQueries(collection: Collection, grade: number): LoadedQuery[] {
  return Array.from({ length: 12 }, (_, q) => {
    const toJudge = Array.from({ length: NUM_DOCUMENTS }, (_, d) => ({
      docid: `d${d}`,
      text: `text ${d}`,
      grade: d === NUM_DOCUMENTS - 1 ? grade : 0,
      score: null,
    }));
    const grades = new Map(toJudge.map((one) => [one.docid, one.grade]));
    return { qid: `${collection}-${q}`, query: `question ${q}`, toJudge, judgements: { grades } };
  });
}
const queries = { selqa: makeQueries('selqa', 1), dl19: makeQueries('dl19', 2) };

/** Finds the relevant document, but for the form that was rounded again, which prefers the first. */
function judgeOf(form: string): Judge {
  return async (_query, documents) =>
    documents.map(({ text }) => {
      const isBest = text.endsWith(form === 'q4-again' ? '0' : String(NUM_DOCUMENTS - 1));
      const logitDifference = isBest ? Math.log(3) : -Math.log(4);
      return {
        finishReason: 'verdict',
        verdict: {
          label: isBest ? 'true' : 'false',
          score: isBest ? 0.75 : 0.2,
          logitDifference,
          forced: false,
        },
        reasoning: `A chain of ${text}.`,
        truncated: false,
        numPromptTokens: 10,
        numNewTokens: 7,
      };
    });
}

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rank1-quality-'));
  // DL19 has too few queries in every cell for an interval.
  const cells = listCells({ each: { selqa: 10, dl19: 9 }, main: { selqa: 12, dl19: 9 } });
  for (const cell of cells) {
    const judged = queries[cell.collection].slice(0, cell.numQueries);
    const out = path.join(folder, 'work', cellName(cell));
    await runEvaluation(judged, judgeOf(cell.form), { out, settings: {} });
  }
  await writeQualityReport(queries, path.join(folder, 'work'), path.join(folder, 'quality.md'), ORIGIN);
});
afterAll(() => rmSync(folder, { recursive: true }));

const report = () => readFileSync(path.join(folder, 'quality.md'), 'utf8');
/** Cells of the row that begins so, in the part under that heading. */
function row(heading: string, ...begin: readonly string[]): string[] {
  const part = report()
    .split(/^## /m)
    .find((text) => text.startsWith(heading));
  const rows = (part ?? '').split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const found = rows.filter((cells) => begin.every((cell, index) => cells[index] === cell));
  expect(found).toHaveLength(1);
  return found[0]!;
}
const dcg = (rank: number) => 1 / Math.log2(rank + 1);

test('gives each mode its figure, and an interval from ten queries on', () => {
  const gain = `+${(1 - dcg(NUM_DOCUMENTS)).toFixed(3)}`;
  const best = ['1.000', dcg(NUM_DOCUMENTS).toFixed(3)];
  const random = ([1, 2, 3, 4].reduce((sum, rank) => sum + dcg(rank), 0) / 4).toFixed(3);
  expect(row('SelQA dev', 'reason')).toEqual(
    ['reason', '12', '48', ...best, random, '1.000', `${gain} (${gain} to ${gain})`, '0', '0'],
  ); // prettier-ignore
  expect(row('SelQA dev', 'samples').slice(0, 3)).toEqual(['samples', '10', '40']);
  expect(row('TREC DL 2019', 'rethink')[7]).toBe(gain);
  const inModes = row('Every mode', 'rethink', 'q8, blocks of 128');
  expect(inModes.slice(2)).toEqual(['1.000', '1.000 to 1.000', '1.000', '–']);
  expect(row('Every mode', 'random order').slice(2)).toEqual([random, '', random, '']);
});

test('tells what rounding again costs, and that the published weights cost nothing', () => {
  const none = ['76', '0', '0', '0.0e+0', '0.0e+0', '+0.000 (+0.000 to +0.000)', '+0.000'];
  expect(row('What rounding', 'samples', 'q4, as published').slice(2)).toEqual(none);
  // Two documents of four change: the first rises, the last falls, from place 1 to 2 as its tie is broken by its id.
  const loss = `−${(1 - dcg(2)).toFixed(3)}`;
  const again = row('What rounding', 'instant', 'q4 again, blocks of 64');
  expect(again.slice(2)).toEqual(['76', '38', '0', '2.8e-1', '5.5e-1', `${loss} (${loss} to ${loss})`, loss]);
  expect(report()).toMatch(/trained on its rounded weights/);
});

test('calibrates every mode', () => {
  // A quarter of the documents is relevant, with a score of 0.75; the others have 0.2.
  const error = (0.25 * 0.25 + 0.75 * 0.2).toFixed(3);
  const brier = (0.25 * 0.25 ** 2 + 0.75 * 0.2 ** 2).toFixed(3);
  for (const mode of ['reason', 'instant', 'rethink', 'samples'])
    expect(row('Calibration', 'TREC DL 2019', mode).slice(2)).toEqual(['9', '36', '0.250', error, brier]);
  const files = readdirSync(path.join(folder, 'quality'));
  expect(files.filter((name) => name.endsWith('.svg'))).toHaveLength(16);
  for (const [, file] of report().matchAll(/\]\((quality\/.*?)\)/g))
    expect(files).toContain(path.basename(file!));
});

test('keeps a digest from which the figures can be computed again, without texts', () => {
  const text = readFileSync(path.join(folder, 'quality/results.json'), 'utf8');
  const digest = JSON.parse(text) as { cells: Record<string, unknown[]> };
  expect(digest).toMatchObject(ORIGIN);
  expect(Object.keys(digest.cells)).toHaveLength(32);
  expect(digest.cells['selqa-reason-q4']).toHaveLength(12);
  expect(digest.cells['dl19-instant-q4-again']?.[8]).toEqual({
    qid: 'dl19-8',
    'nDCG@10': 0.63093,
    forced: 0,
    newTokens: 28,
    documents: { d0: 1.09861, d1: -1.38629, d2: -1.38629, d3: -1.38629 },
  });
  expect(text).not.toMatch(/question|chain of|text \d/);
});

test('refuses results of other queries', async () => {
  const others = { ...queries, dl19: queries.dl19.toReversed() };
  const out = path.join(folder, 'other.md');
  await expect(writeQualityReport(others, path.join(folder, 'work'), out, ORIGIN)).rejects.toThrow(
    'another query in line 1',
  );
  expect(readdirSync(folder)).not.toContain('other.md');
});
