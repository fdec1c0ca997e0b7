/**
 * Many clients at once, and a browser that dies under them. The worker is scripted, so that the requests are the load and
 * not the model; each answer depends on every character of its request, so that none can be another's.
 */
import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BrowserEngine } from '../../src/cli/engine/browser-engine.ts';
import { RerankServer } from '../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../src/cli/serve/serve-arguments.ts';
import { hashedVerdict } from '../fakes/hashed-verdict.ts';
import { killChromium, openBrowserEngine } from './browser-engines.ts';

const NUM_CLIENTS = 64;
const NUM_REQUESTS = 2000;
const KILL_AFTER = [700, 1400];
/** Far below what keeping the requests or their answers would take. */
const MAX_GROWTH_BYTES = 8e6;

let engine: BrowserEngine;
let server: RerankServer;
let port: number;
const agent = new Agent({ keepAlive: true, maxSockets: NUM_CLIENTS });

beforeAll(async () => {
  engine = await openBrowserEngine('test/fakes/hashed.worker.ts');
  await engine.load();
  server = new RerankServer({ ...parseServeArguments([], {}), engine });
  ({ port } = await server.listen('127.0.0.1', 0));
});
afterAll(async () => {
  agent.destroy();
  await server.drain(0);
  await engine.close();
});

interface Answer {
  readonly status: number;
  readonly body: { readonly results: readonly { index: number; relevance_score: number }[] };
}

function ask(query: string, documents: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(
      { agent, port, host: '127.0.0.1', path: '/v1/rerank', method: 'POST', headers },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }),
        );
      },
    );
    sent.on('error', reject).end(JSON.stringify({ query, documents }));
  });
}

function expectedResults(query: string, documents: readonly string[]) {
  return documents
    .map((text, index) => ({ index, ...hashedVerdict(query, text) }))
    .sort((a, b) => b.logitDifference - a.logitDifference)
    .map(({ index, score }) => ({ index, relevance_score: score }));
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it(`${NUM_CLIENTS} clients get ${NUM_REQUESTS} right answers, whatever becomes of the browser`, async () => {
  let numAsked = 0;
  let numKilled = 0;
  const wrong: unknown[] = [];
  const heap: number[] = [];
  const client = async (): Promise<void> => {
    while (numAsked < NUM_REQUESTS) {
      const number = numAsked++;
      if (number % 500 === 250) heap.push(heapBytes());
      if (KILL_AFTER.includes(number)) numKilled += killChromium();
      const query = `question ${number}`;
      const documents = Array.from({ length: 1 + (number % 5) }, (_, d) => `text ${d} of ${number} é`);
      const { status, body } = await ask(query, documents);
      const results = body.results?.map(({ index, relevance_score }) => ({ index, relevance_score }));
      const right = JSON.stringify(expectedResults(query, documents));
      if (status !== 200 || JSON.stringify(results) !== right) wrong.push({ number, status, body });
    }
  };
  await Promise.all(Array.from({ length: NUM_CLIENTS }, client));
  expect(wrong).toEqual([]);
  expect(numKilled).toBe(KILL_AFTER.length);
  expect(engine.numRestarts).toBe(KILL_AFTER.length);
  expect(Math.max(...heap) - heap[0]!).toBeLessThan(MAX_GROWTH_BYTES);
});
