/** The command line when its reader leaves, or its disk is full: no stack, no half-told fault. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hundredByQuery, hundredExpected } from '../harness/hundred-pairs.ts';
import { CompletionsServer } from '../unit/remote/completions-server.ts';
import { BIN } from './local-engines.ts';

const NUM_QUERIES = 3;

let folder: string;
let upstream: CompletionsServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-output-'));
  upstream = await CompletionsServer.start();
});
afterEach(async () => {
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** @param stdout a file descriptor, or `leave` for a reader that goes at the first line */
function run(args: readonly string[], stdout: number | 'leave', keepsStderr = true): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', stdout === 'leave' ? 'pipe' : stdout, 'pipe'] as const;
    const child = spawn(process.execPath, [BIN, ...args], { stdio: [...stdio] });
    let stderr = '';
    if (keepsStderr) child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    else child.stderr!.destroy();
    child.stdout?.once('data', () => child.stdout!.destroy());
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stderr }));
  });
}

/** Three queries with a document each, so that there is more to write after the first. */
function rerankArguments(): string[] {
  const requests = hundredByQuery()
    .slice(0, NUM_QUERIES)
    .map(({ query, documents: [doc] }, qid) => ({
      query: { qid, text: query },
      candidates: [{ docid: 0, score: 0, doc }],
    }));
  const file = join(folder, 'requests.jsonl');
  writeFileSync(file, requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
  const cap = ['--max-new-tokens', String(hundredExpected.options.maxNewTokens)];
  return [
    ...['rerank', '--endpoint', upstream.endpoint, '--quiet'],
    ...['--input', 'rank-llm', '--output', 'trec', ...cap, file],
  ];
}

describe('the reader of the output', () => {
  it('may leave in the middle of a run', async () => {
    expect(await run(rerankArguments(), 'leave')).toEqual({ code: 0, stderr: '' });
  });

  it('may leave before anything else is written', async () => {
    expect(await run(['--help'], 'leave')).toEqual({ code: 0, stderr: '' });
  });

  it('of the progress may leave, and the run goes on', async () => {
    const args = rerankArguments().filter((argument) => argument !== '--quiet');
    const file = openSync(join(folder, 'out.trec'), 'w');
    expect(await run(args, file, false)).toMatchObject({ code: 0 });
    closeSync(file);
    expect(upstream.completions).toHaveLength(NUM_QUERIES);
  });
});

// Linux has a file that is always full.
describe.runIf(existsSync('/dev/full'))('a full disk', () => {
  it('is told in one sentence, and ends the run', async () => {
    const full = openSync('/dev/full', 'w');
    for (const args of [['--help'], rerankArguments()]) {
      const { code, stderr } = await run(args, full);
      expect(stderr).toMatch(/^rank1-rerank: The output could not be written \(ENOSPC.*elsewhere\.\n$/);
      expect(code).toBe(1);
    }
    closeSync(full);
  });
});
