/** `npm run eval` as it is typed: the built page in a headless Chromium, the demo model, files on disk. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
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

/** @param killAt text of the progress at which the command is killed without warning */
function runEval(args: readonly string[], killAt?: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['scripts/eval.mjs', ...args], { cwd: ROOT });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (killAt !== undefined && stderr.includes(killAt)) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: signal ?? code, stdout, stderr }));
  });
}

function filesOf(out: string): Record<string, string> {
  return Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')]));
}

test('a run tells its progress and its measures; killed between two queries and run again, it leaves the same bytes', async () => {
  const args = (out: string) => ['--data', data, '--out', out, '--mode', 'instant'];
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
    device: 'wasm',
    options: { mode: 'instant' },
    model_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    data_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });

  const killed = join(folder, 'killed');
  expect(await runEval(args(killed), '1 of 2 queries')).toMatchObject({ status: 'SIGKILL' });
  expect(existsSync(join(killed, 'measures.json'))).toBe(false);
  expect(await runEval(args(killed))).toMatchObject({ status: 0 });
  expect(filesOf(killed)).toEqual(files);

  const model = await runEval([...args(join(folder, 'nowhere')), '--model', 'models/nowhere/']);
  expect(model.status).toBe(1);
  expect(model.stderr).toContain('models/nowhere/');
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
});

test('a file that cannot be read is told with its line, and nothing is left', async () => {
  const broken = join(folder, 'broken.eval.jsonl');
  writeFileSync(broken, `${readFileSync(data, 'utf8').split('\n')[0]}\n{"qid": "q2", "candidates": []\n`);
  const out = join(folder, 'none');
  const { status, stderr } = await runEval(['--data', broken, '--out', out]);
  expect(status).toBe(1);
  expect(stderr).toContain('broken.eval.jsonl, line 2: ');
  expect(existsSync(out)).toBe(false);
  const { status: usage, stdout } = await runEval([]);
  expect(usage).toBe(2);
  expect(stdout).toContain('--loop-guard');
});
