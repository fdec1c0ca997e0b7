/** `rerank --endpoint` as a user runs it, on a server that replays answers of transformers, or misbehaves. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTrecRun, sourceFile } from '../../src/evaluation/index.ts';
import { hundredByQuery, hundredExpected } from '../harness/hundred-pairs.ts';
import { CompletionsServer } from '../unit/remote/completions-server.ts';
import { BIN } from './local-engines.ts';

const API_KEY = 'sk-secret';
let folder: string;
let upstream: CompletionsServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-endpoint-'));
  upstream = await CompletionsServer.start();
});
afterEach(async () => {
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

function rerank(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, RANK1_API_KEY: API_KEY };
  return new Promise((resolve) => {
    const command = [BIN, 'rerank', '--endpoint', upstream.endpoint, ...args];
    execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('rerank --endpoint', () => {
  it('gives the hundred pairs the order of transformers, and scores within 1e-4', async () => {
    const groups = hundredByQuery();
    const requests = groups.map(({ query, documents }, qid) => ({
      query: { qid, text: query },
      candidates: documents.map((doc, docid) => ({ docid, score: -docid, doc })),
    }));
    const file = join(folder, 'requests.jsonl');
    writeFileSync(file, requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
    const cap = ['--max-new-tokens', String(hundredExpected.options.maxNewTokens)];
    const { code, stdout } = await rerank(['--input', 'rank-llm', '--output', 'trec', ...cap, file]);
    const run = await readTrecRun(sourceFile('run', stdout));
    for (const [qid, { order, expected }] of groups.entries()) {
      const ranked = [...run.get(String(qid))!];
      expect(ranked.map(([docid]) => Number(docid))).toEqual(order);
      for (const [docid, difference] of ranked) {
        const score = 1 / (1 + Math.exp(-difference));
        expect(Math.abs(score - expected[Number(docid)]!.score)).toBeLessThan(1e-4);
      }
    }
    expect(code).toBe(0);
    expect(upstream.completions).toHaveLength(100);
    expect(new Set(upstream.seen.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${API_KEY}`]),
    );
  });

  it('ends with 1, a reason and no key where the endpoint refuses', async () => {
    upstream.answer = (_request, response) => void response.writeHead(401).end(`no ${API_KEY}`);
    const file = join(folder, 'lines.txt');
    writeFileSync(file, 'one\ntwo\n');
    const { code, stderr } = await rerank(['--query', 'q', file]);
    expect(code).toBe(1);
    expect(stderr).toContain('refused access');
    expect(stderr).not.toContain(API_KEY);
  });
});
