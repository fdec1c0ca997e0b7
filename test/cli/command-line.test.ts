/** The command line as a user meets it, with the small test model. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, ROOT } from './local-engines.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'rank1-command-'))));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param onOutput is given what was printed so far, and a way to send a signal */
function run(
  args: readonly string[],
  input = '',
  onOutput: (text: string, kill: (signal: NodeJS.Signals) => void, stdout: string) => void = () => undefined,
  bin = BIN,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args]);
    let [stdout, stderr] = ['', ''];
    const tell = () => onOutput(stderr, (signal) => child.kill(signal), stdout);
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      tell();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      tell();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}

const INSTANT = ['--mode', 'instant', '--device', 'cpu'];

describe('rank1-rerank', () => {
  it.each([
    ['the package', BIN],
    ['a checkout', join(ROOT, 'bin/rank1-rerank.mjs')],
  ])(
    'of %s judges lines of the standard input, best first, with progress beside the results',
    async (_, bin) => {
      const texts = ['Bread is baked in an oven.', 'The coldest city is Yakutsk.'];
      const args = ['rerank', '--query', 'coldest city', '--output', 'json', ...INSTANT, '-'];
      const { code, stdout, stderr } = await run(args, texts.join('\n'), undefined, bin);
      const { documents } = JSON.parse(stdout) as { documents: { text: string; score: number }[] };
      expect(documents.map(({ text }) => text).sort()).toEqual(texts);
      expect(documents[0]!.score).toBeGreaterThanOrEqual(documents[1]!.score);
      expect(stderr).toContain('2 of 2 documents\n');
      expect(code).toBe(0);
    },
  );

  it('ends with 3, the file and the line where an input is wrong, and 2 where an argument is', async () => {
    const file = join(folder, 'bad.jsonl');
    writeFileSync(file, '"fine"\n{"text": 3}\n');
    const wrongInput = await run(['rerank', '--query', 'q', file]);
    expect(wrongInput).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining(`${file}, line 2`),
    });
    const missing = await run(['rerank', '--query', 'q', join(folder, 'none.txt')]);
    expect(missing).toMatchObject({ code: 3, stderr: expect.stringContaining('none.txt') });
    const fine = join(folder, 'fine.txt');
    writeFileSync(fine, 'A document.\n');
    for (const name of ['second.txt', 'second.txt.gz']) {
      const { code, stderr } = await run(['rerank', '--query', 'q', fine, join(folder, name)]);
      expect(stderr).toMatch(new RegExp(`^rank1-rerank rerank: A file could not be read: .*${name}.*\\n$`));
      expect(code).toBe(3);
    }
    expect(await run(['rerank', file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--query'),
    });
    const noModel = await run(['rerank', '--query', 'q', '--model', folder, '-'], 'a');
    expect(noModel).toMatchObject({ code: 1, stderr: expect.stringContaining('rank1.json') });
  });

  it('ends with 130 when it is interrupted, and prints no half of a result', async () => {
    const lines = Array.from({ length: 100 }, (_, n) => `The coldest city number ${n} is Yakutsk.`).join(
      '\n',
    );
    let isSent = false;
    const args = ['rerank', '--query', 'coldest city', '--device', 'cpu', '-'];
    const { code, stdout, stderr } = await run(args, lines, (text, kill) => {
      if (isSent || !text.includes('of 100 documents')) return;
      isSent = true;
      kill('SIGINT');
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain('Interrupted.');
  });

  it('keeps the queries that were judged when it is interrupted at a later one', async () => {
    const candidates = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ docid: n, score: -n, doc: { text: `City ${n}.` } }));
    const requests = [2, 100].map((count, qid) =>
      JSON.stringify({ query: { qid, text: 'coldest city' }, candidates: candidates(count) }),
    );
    let isSent = false;
    const args = ['rerank', '--input', 'rank-llm', '--output', 'trec', '--device', 'cpu', '-'];
    const { code, stdout } = await run(args, requests.join('\n'), (_stderr, kill, printed) => {
      if (isSent || printed === '') return;
      isSent = true;
      kill('SIGINT');
    });
    expect(code).toBe(130);
    expect(stdout).toMatch(/^(0 Q0 [01] .*\n){2}$/);
  });

  it('ends with 4 when a document got no verdict, and says which and why', async () => {
    const args = ['rerank', '--query', 'q'.repeat(100_000), '--output', 'jsonl', ...INSTANT, '-'];
    const { code, stdout } = await run(args, 'One.');
    expect(JSON.parse(stdout)).toMatchObject({ rank: null, text: 'One.', finishReason: 'prompt-too-long' });
    expect(code).toBe(4);
  });

  it('finds this machine able to judge, and lists the model that comes along', async () => {
    const { code, stdout } = await run(['doctor', '--json']);
    const findings = JSON.parse(stdout) as { level: string; subject: string; text: string }[];
    expect(findings.filter(({ level }) => level === 'failed')).toEqual([]);
    expect(findings.map(({ subject }) => subject)).toEqual([
      'Node',
      'memory',
      'disk',
      'model',
      'CPU',
      'WebGPU',
      'verdict',
    ]);
    expect(code).toBe(0);
    const models = await run(['models', '--json']);
    expect(JSON.parse(models.stdout)).toMatchObject([{ name: 'demo-model', dtypes: ['q4'] }]);
  });

  it('serves until SIGTERM, then ends with 0', async () => {
    let isSent = false;
    let health: Promise<Response> | undefined;
    const { code } = await run(['serve', '--port', '0', ...INSTANT], '', (text, kill) => {
      const address = /listening on (\S+)\n/.exec(text)?.[1];
      if (isSent || !address) return;
      isSent = true;
      health = fetch(`${address}/health`);
      void health.then(
        () => kill('SIGTERM'),
        () => kill('SIGKILL'),
      );
    });
    expect((await health)?.status).toBe(200);
    expect(code).toBe(0);
  });
});
