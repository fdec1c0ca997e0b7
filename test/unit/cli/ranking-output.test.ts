import { describe, expect, it } from 'vitest';
import { formatRankings, type JudgedTask } from '../../../src/cli/rerank/ranking-output.ts';
import { NO_STATS } from '../../../src/protocol/run-defaults.ts';
import { readTrecRun, sourceFile } from '../../../src/evaluation/index.ts';

const escape = '\u001b[31m\u009b2J\u202e';
const about = {
  finishReason: 'verdict',
  truncated: false,
  passage: null,
  samples: null,
  reasoning: 'Because.',
} as const;
const usage = { numPromptTokens: 5, numNewTokens: 3 };

function task(queryId: string | null): JudgedTask {
  const verdict = { label: 'true', score: 0.9996, logitDifference: 8, forced: false } as const;
  const document = { id: 'a', title: `Title${escape}`, text: 'One\ntwo.', metadata: { page: 3 } };
  const result = { ...about, rank: 1, index: 1, id: 'a', document, metadata: {}, usage, verdict };
  const tooLong = { id: 'b', text: 'x'.repeat(500) };
  return {
    queryId,
    query: 'q?',
    instruction: undefined,
    threshold: undefined,
    modelName: 'rank1-demo',
    createdAt: '2026-01-01T00:00:00.000Z',
    numDocuments: 2,
    response: {
      results: [{ ...result, score: verdict.score, logitDifference: verdict.logitDifference }],
      unjudged: [
        {
          ...about,
          finishReason: 'prompt-too-long',
          index: 0,
          id: 'b',
          document: tooLong,
          metadata: undefined,
          usage,
        },
      ],
      usage,
      stats: NO_STATS,
      model: null,
    },
  };
}
const format = (tasks: JudgedTask[], output: 'table' | 'json' | 'jsonl' | 'trec', showChains = false) =>
  formatRankings(tasks, { output, showChains, width: 80 });

describe('a ranking is written', () => {
  it('as a table that a document cannot steer, in the width of the terminal', () => {
    const table = format([task(null)], 'table', true);
    const lines = table.trimEnd().split('\n');
    expect(lines[2]).toMatch(/^ {3}1 {2}0\.999 {2}true {5}a {3}Title \[31m 2J — One two\.$/);
    expect(lines[3]).toBe('      Because.');
    expect(lines[4]).toMatch(/^ {3}– .* none .*\(prompt-too-long\) x+…$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(table).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });

  it('as a table with a sign before a score that is a bound, in columns that stay straight', () => {
    const judged = task(null);
    const [result] = judged.response.results;
    const verdict = { ...result!.verdict, bound: 'at-most' as const };
    const table = format(
      [{ ...judged, response: { ...judged.response, results: [{ ...result!, verdict }] } }],
      'table',
    );
    const [, head, bounded, none] = table.split('\n');
    expect(bounded).toContain(' ≤0.999  true ');
    for (const line of [bounded, none]) expect(line?.[head!.indexOf('verdict') - 1]).toBe(' ');
    expect(none?.indexOf('none')).toBe(head!.indexOf('verdict'));
  });

  it('as a table that says where nothing is relevant: of what was judged, at the threshold', () => {
    const judged = task(null);
    const { response } = judged;
    const [result] = response.results;
    const verdict = { label: 'false', score: 0.4, logitDifference: -0.4, forced: false } as const;
    const results = [{ ...result!, verdict, score: verdict.score }];
    const note = (changed: Partial<JudgedTask>): string | undefined =>
      /^N.*\.$/m.exec(format([{ ...judged, ...changed }], 'table'))?.[0];
    expect(note({})).toBeUndefined();
    expect(note({ response: { ...response, results } })).toBe('Nothing is relevant.');
    expect(note({ response: { ...response, results }, threshold: 0.3 })).toBeUndefined();
    const below = { response: { ...response, results: [] }, threshold: 0.5 };
    expect(note(below)).toBe('Nothing is relevant.');
    expect(note({ ...below, numDocuments: 1 })).toBe('No document could be judged.');
  });

  it('as JSON: one object, or a list for several queries', () => {
    const one = JSON.parse(format([task(null)], 'json')) as { documents: object[] };
    expect(one.documents).toMatchObject([
      { rank: 1, id: 'a', label: 'true', logitDifference: 8, facts: { page: 3 }, reasoning: 'Because.' },
      { rank: null, id: 'b', finishReason: 'prompt-too-long' },
    ]);
    expect(JSON.parse(format([task('1'), task('2')], 'json'))).toHaveLength(2);
  });

  it('as a table of more documents than a call can have arguments', () => {
    const judged = task(null);
    const unjudged = Array.from({ length: 150_000 }, () => judged.response.unjudged[0]!);
    const table = format([{ ...judged, response: { ...judged.response, unjudged } }], 'table');
    expect(table.split('\n').length).toBeGreaterThan(unjudged.length);
  });

  it('as JSON lines and as a TREC run, with the ids of the queries', async () => {
    const lines = format([task('7'), task('8')], 'jsonl')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { facts: { qid: string } }).facts.qid)).toEqual([
      '7',
      '7',
      '8',
      '8',
    ]);
    const run = await readTrecRun(sourceFile('run', format([task('7'), task('8')], 'trec')));
    expect([...run]).toEqual([
      ['7', new Map([['a', 8]])],
      ['8', new Map([['a', 8]])],
    ]);
  });

  it('as a TREC run that can be read where the id of a query is the mark of a comment', async () => {
    const run = await readTrecRun(sourceFile('run', format([task('#7'), task('# 8')], 'trec')));
    expect([...run.keys()]).toEqual(['_7', '__8']);
  });
});
