/** `rank1-rerank compare --data`: exact and fast arithmetic on judged lists, and what `auto` makes of the figures. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { compareCommand } from '../../src/cli/compare/compare-command.ts';
import { measureFast } from '../../src/cli/compare/fast-differences.ts';
import { LocalEngine } from '../../src/cli/engine/local-engine.ts';
import { modelPlace } from '../../src/cli/engine/model-place.ts';
import { NodeWorker } from '../../src/cli/engine/node-worker.ts';
import { main } from '../../src/cli/main.ts';
import type { QueryResult } from '../../src/evaluation/index.ts';
import { parseManifest } from '../../src/model/manifest.ts';
import { DEMO_MODEL, REAL_THREAD } from './local-engines.ts';

let folder: string;
let model: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-compare-'));
  model = join(folder, 'model');
  cpSync(DEMO_MODEL, model, { recursive: true });
  const candidates = ['Tea is made of leaves.', 'Paris is the capital of France.'].map((text, d) => ({
    docid: `d${d}`,
    rank: d + 1,
    text,
    grade: d,
  }));
  const query = { qid: 'q1', query: 'Which city is the capital of France?', candidates };
  writeFileSync(join(folder, 'tea.eval.jsonl'), `${JSON.stringify(query)}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const context = { version: '0', defaultModel: null, packageFolder: '', engineThread: REAL_THREAD };
const argsOf = (...more: string[]) => [
  ...['--model', model, '--data', join(folder, 'tea.eval.jsonl'), '--out', join(folder, 'out')],
  ...['--device', 'wasm', '--max-new-tokens', '6', ...more],
];

async function arithmeticOfAuto(): Promise<string | undefined> {
  const engine = new LocalEngine(
    await modelPlace(model),
    { device: 'wasm' },
    () => new NodeWorker(REAL_THREAD),
  );
  const { arithmetic } = await engine.load();
  await engine.close();
  return arithmetic;
}

test('a set is judged in both arithmetics; auto goes by what was written', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(await arithmeticOfAuto()).toBe('exact');
  await compareCommand.prepare(argsOf('--write'))(context);
  expect(printed.mock.calls.join('\n')).toMatch(
    /^tea: nDCG@10 [01]\.\d{4} exact, [01]\.\d{4} fast, 1 queries$/m,
  );
  const file = join(model, 'rank1.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { models: { q4: { fastMeasured: object } } };
  const measured = parseManifest(manifest).models['q4']!.fastMeasured!;
  expect(measured).toMatchObject({ numDocuments: 2, sets: [{ name: 'tea', numQueries: 1 }] });
  expect(measured.sets[0]!.exact - measured.sets[0]!.fast).toBeLessThan(0.005);
  expect(await arithmeticOfAuto()).toBe('fast');

  manifest.models.q4.fastMeasured = { ...measured, sets: [{ ...measured.sets[0], exact: 0.9, fast: 0.89 }] };
  writeFileSync(file, JSON.stringify(manifest));
  expect(await arithmeticOfAuto()).toBe('exact');
  vi.restoreAllMocks();
});

test.each([
  ['without judgements', null],
  ['without a relevant document', 0],
])(
  'a set %s is refused before anything is judged, not written as one that loses nothing',
  async (_, grade) => {
    const set = join(folder, 'unjudged.eval.jsonl');
    const candidates = [{ docid: 'd', rank: 1, text: 'Tea is made of leaves.', grade }];
    writeFileSync(set, `${JSON.stringify({ qid: 'q', query: 'What is tea?', candidates })}\n`);
    const before = readFileSync(join(model, 'rank1.json'), 'utf8');
    const out = join(folder, 'refused');
    const args = [
      '--model',
      model,
      '--data',
      join(folder, 'tea.eval.jsonl'),
      '--data',
      set,
      '--out',
      out,
      '--write',
    ];
    await expect(compareCommand.prepare(args)(context)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringMatching(/^unjudged\.eval\.jsonl: /),
    });
    expect(existsSync(out)).toBe(false);
    expect(readFileSync(join(model, 'rank1.json'), 'utf8')).toBe(before);
  },
);

test('a set that is missing or wrong ends with 3, as it does in eval', async () => {
  const wrong = join(folder, 'wrong.eval.jsonl');
  writeFileSync(wrong, '{"qid": 1');
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  for (const set of [join(folder, 'none.eval.jsonl'), wrong]) {
    const args = ['compare', '--model', model, '--data', set, '--out', join(folder, 'refused')];
    expect(await main(args, context)).toBe(3);
    expect(printed.mock.lastCall?.[0]).toContain(basename(set));
  }
  vi.restoreAllMocks();
});

test.each([
  [['--data', 'a.jsonl'], /--out/],
  [['--data', 'a.jsonl', '--out', 'o', '--arithmetic', 'fast'], /both arithmetics/],
  [['--data', 'a/x.jsonl', '--data', 'b/x.jsonl', '--out', 'o'], /same name/],
])('%j is refused before anything is judged', (args, message) => {
  expect(() => compareCommand.prepare(args)).toThrow(message);
});

test('chains and verdicts are compared document by document, in whichever order they rank', () => {
  const document = (docid: string, reasoning: string, label: 'true' | 'false') => ({
    docid,
    firstStageRank: 1,
    finishReason: 'verdict',
    verdict: { label, score: 0.5, logitDifference: 0, forced: false },
    reasoning,
    grade: null,
    truncated: false,
    numPromptTokens: 1,
    numNewTokens: 1,
  });
  const result = (ndcg: number, ...ranking: QueryResult['ranking']): QueryResult => ({
    qid: 'q',
    query: 'q',
    measures: new Map([['nDCG@10', ndcg]]),
    ranking,
  });
  const scored = document('c', '', 'true');
  const exact = [result(1, document('a', 'one', 'true'), document('b', 'two', 'false'), scored)];
  const fast = [result(0.5, document('b', 'other', 'false'), document('a', 'other', 'false'), scored)];
  expect(measureFast([{ name: 's', exact, fast }])).toEqual({
    sets: [{ name: 's', numQueries: 1, exact: 1, fast: 0.5 }],
    numDocuments: 3,
    numVerdictsDiffer: 1,
    numChains: 2,
    numChainsDiffer: 2,
  });
});
