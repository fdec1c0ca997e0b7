/** `rank1-rerank eval` as it is typed: with the small test model, and on a server. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hundredByQuery, hundredExpected } from '../harness/hundred-pairs.ts';
import { CompletionsServer, type SeenRequest } from '../unit/remote/completions-server.ts';
import { BIN } from './local-engines.ts';

const QUERIES = [
  ['q1', 'Which city is the capital of France?', 'Paris is the capital of France.'],
  ['q2', 'Who wrote Hamlet?', 'Hamlet was written by William Shakespeare.'],
] as const;

let folder: string;
let data: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-eval-command-'));
  data = join(folder, 'tea.eval.jsonl');
  const lines = QUERIES.map(([qid, query, answer]) => {
    const texts = ['Tea is made of leaves.', answer, 'The sea was calm that day.'];
    const candidates = texts.map((text, d) => ({
      docid: `d${d}`,
      rank: d + 1,
      text,
      grade: d === 1 ? 1 : 0,
    }));
    return `${JSON.stringify({ qid, query, candidates })}\n`;
  });
  writeFileSync(data, lines.join(''));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Killing {
  /** text of the progress at which it is killed */
  readonly at: string;
  readonly signal: NodeJS.Signals;
}

function runEval(args: readonly string[], killing?: Killing): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, 'eval', ...args]);
    let stdout = '';
    let stderr = '';
    let isSignalled = false; // a second one would end it at once
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (!killing || isSignalled || !stderr.includes(killing.at)) return;
      isSignalled = true;
      child.kill(killing.signal);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: signal ?? code, stdout, stderr }));
  });
}

function filesOf(out: string): Record<string, string> {
  return Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')]));
}

test('a run tells its progress and its measures; killed and run again, it leaves the same bytes', async () => {
  const args = (out: string) => ['--data', data, '--out', out, '--mode', 'instant', '--device', 'cpu'];
  const whole = join(folder, 'whole');
  const { status, stdout, stderr } = await runEval(args(whole));
  expect({ status, stderr }).toMatchObject({ status: 0 });
  for (const line of ['2 queries, 6 documents', '0 of 2 queries', '1 of 2 queries', '2 of 2 queries'])
    expect(stderr).toContain(`${line}\n`);
  const files = filesOf(whole);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(files['measures.json']!));
  expect(JSON.parse(stdout)).toMatchObject({ num_queries: 2, num_documents: 6, num_without_verdict: 0 });
  expect(files['run.trec']?.trim().split('\n')).toHaveLength(6);
  const [result] = files['results.jsonl']!.split('\n').map((line) => line && (JSON.parse(line) as unknown));
  const ranked = { finish_reason: 'verdict', forced: false, truncated: false, num_new_tokens: 1 };
  expect(result).toMatchObject({ qid: 'q1', ranking: [ranked, ranked, ranked] });
  // What was loaded, not what was asked for.
  expect(JSON.parse(files['settings.json']!)).toMatchObject({
    dtype: 'q4',
    device: 'cpu',
    model: 'demo-model',
    options: { reasons: 'none' },
    model_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    data_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });

  // Every moment of a run is killed in test/unit/evaluation/runner/kill.test.ts; here it is the command itself.
  const killed = join(folder, 'killed');
  expect(await runEval(args(killed), { at: '0 of 2 queries', signal: 'SIGKILL' })).toMatchObject({
    status: 'SIGKILL',
  });
  expect(await runEval(args(killed))).toMatchObject({ status: 0 });
  expect(filesOf(killed)).toEqual(files);
  // Figures under two instructions are of two runs.
  const instructed = await runEval([...args(killed), '--instruction', 'Only Asia.']);
  expect(instructed).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('other settings') as string,
  });

  const model = await runEval([...args(join(folder, 'nowhere')), '--model', join(folder, 'no-model')]);
  expect(model.status).toBe(1);
  expect(model.stderr).toContain('no-model holds no rank1.json');
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
});

test('a file that cannot be read is told with its line, and nothing is left', async () => {
  const broken = join(folder, 'broken.eval.jsonl');
  writeFileSync(broken, `${readFileSync(data, 'utf8').split('\n')[0]}\n{"qid": "q2", "candidates": []\n`);
  const out = join(folder, 'none');
  const { status, stderr } = await runEval(['--data', broken, '--out', out]);
  expect(status).toBe(3);
  expect(stderr).toContain('broken.eval.jsonl, line 2: ');
  expect(existsSync(out)).toBe(false);
  const missing = await runEval(['--data', join(folder, 'missing.jsonl'), '--out', out]);
  expect(missing).toMatchObject({ status: 3, stderr: expect.stringContaining('missing.jsonl') as string });
  expect(await runEval([])).toMatchObject({ status: 2, stderr: expect.stringContaining('--data') as string });
});

test('interrupted by hand it ends with 130 and keeps the queries that were judged', async () => {
  const out = join(folder, 'interrupted');
  const args = ['--data', data, '--out', out, '--device', 'cpu', '--max-new-tokens', '8'];
  const { status, stdout, stderr } = await runEval(args, { at: '1 of 2 queries', signal: 'SIGINT' });
  expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
  expect(stderr).toContain('Interrupted.');
  expect(filesOf(out)['results.jsonl']!.split('\n')).toHaveLength(2);
});

test('on a server it ranks as there; refused or killed in the middle and run again, it leaves the same bytes and asks nothing twice', async () => {
  const upstream = await CompletionsServer.start();
  try {
    const groups = hundredByQuery().slice(0, 2);
    const served = join(folder, 'hundred.eval.jsonl');
    const lines = groups.map(({ query, documents }, qid) => {
      const candidates = documents.map((document, d) => ({
        docid: `d${d}`,
        rank: d + 1,
        grade: 0,
        ...document,
      }));
      return `${JSON.stringify({ qid: `q${qid}`, query, candidates })}\n`;
    });
    writeFileSync(served, lines.join(''));
    const judging = ['--depth', '100', '--max-new-tokens', String(hundredExpected.options.maxNewTokens)];
    const args = (out: string) => [
      '--data',
      served,
      '--out',
      out,
      '--endpoint',
      upstream.endpoint,
      ...judging,
    ];

    const whole = join(folder, 'served');
    expect(await runEval(args(whole))).toMatchObject({ status: 0 });
    const files = filesOf(whole);
    const [first, second] = files['results.jsonl']!.split('\n') as [string, string];
    for (const [line, { order }] of [
      [first, groups[0]!],
      [second, groups[1]!],
    ] as const) {
      const { ranking } = JSON.parse(line) as { ranking: { docid: string }[] };
      expect(ranking.map(({ docid }) => docid)).toEqual(order.map((index) => `d${index}`));
    }
    expect(JSON.parse(files['settings.json']!)).toMatchObject({ device: 'remote', model_sha256: null });

    const { answer } = upstream;
    const isOfSecond = ({ body }: SeenRequest) => body.prompt.includes(groups[1]!.query);
    const refuse: typeof answer = (_request, response) => void response.writeHead(401).end();
    const saysNothing: typeof answer = () => undefined;
    for (const [name, answerSecond, killing, status] of [
      ['refused', refuse, undefined, 1],
      ['killed', saysNothing, { at: '1 of 2 queries', signal: 'SIGKILL' }, 'SIGKILL'],
    ] as const) {
      const cut = join(folder, `served-${name}`);
      upstream.answer = (request, response, number) =>
        (isOfSecond(request) ? answerSecond : answer)(request, response, number);
      expect(await runEval(args(cut), killing)).toMatchObject({ status });
      expect(filesOf(cut)['results.jsonl']).toBe(`${first}\n`);
      upstream.answer = answer;
      const numAsked = upstream.completions.length;
      expect(await runEval(args(cut))).toMatchObject({ status: 0 });
      expect(upstream.completions.slice(numAsked).every(isOfSecond)).toBe(true);
      expect(filesOf(cut)).toEqual(files);
    }
  } finally {
    await upstream.stop();
  }
});

test('a document without a verdict ends it with 4, when all the files are written; one query is counted as one', async () => {
  const out = join(folder, 'unjudged');
  const long = join(folder, 'long.eval.jsonl');
  const candidates = [{ docid: 'd0', rank: 1, text: 'One.', grade: 1 }];
  writeFileSync(long, `${JSON.stringify({ qid: 'q1', candidates, query: 'q'.repeat(100_000) })}\n`);
  const { status, stdout, stderr } = await runEval([
    '--data',
    long,
    '--out',
    out,
    '--mode',
    'instant',
    '--device',
    'wasm',
  ]);
  expect(status).toBe(4);
  expect(stderr).toContain('1 query, 1 document\n');
  expect(stderr).toContain('1 of 1 query\n');
  expect(JSON.parse(stdout)).toMatchObject({ num_without_verdict: 1 });
  expect(JSON.parse(filesOf(out)['measures.json']!)).toEqual(JSON.parse(stdout));
});
