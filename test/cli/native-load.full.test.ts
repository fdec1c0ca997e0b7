/**
 * Many clients of the real model on native code, whose thread dies under them, and a server that is stopped while they
 * ask. serve-load.test.ts has the same with a scripted thread, which `npm test` can afford.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RerankServer } from '../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../src/cli/serve/serve-arguments.ts';
import { hundredPairs } from '../harness/hundred-pairs.ts';
import { openLocalEngine, REAL_THREAD, type TestEngine } from './local-engines.ts';

const NUM_CLIENTS = 64;
const NUM_REQUESTS = 2000;
const KILL_AFTER = [700, 1400];
const DRAIN_AFTER = 100;
/** One prompt a request, on as many positions each time: rounding alone may differ. */
const MAX_SCORE_ERROR = 1e-5;

let { engine, kill } = {} as TestEngine;
beforeAll(async () => {
  ({ engine, kill } = await openLocalEngine(REAL_THREAD));
  await engine.load();
});
afterAll(() => engine.close());

async function serve() {
  const server = new RerankServer({ ...parseServeArguments(['--mode', 'instant'], {}), engine });
  const { port } = await server.listen('127.0.0.1', 0);
  const ask = async (number: number): Promise<{ status: number; score: number }> => {
    const { query, text } = hundredPairs[number % hundredPairs.length]!;
    const response = await fetch(`http://127.0.0.1:${port}/v1/rerank`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, documents: [text] }),
    });
    const { results } = (await response.json()) as { results?: { relevance_score: number }[] };
    return { status: response.status, score: results?.[0]?.relevance_score ?? NaN };
  };
  return { server, ask };
}

/** @param take is given the number of each request, from 0 to the last */
async function byClients(numRequests: number, take: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    for (let number = next++; number < numRequests; number = next++) await take(number);
  };
  await Promise.all(Array.from({ length: NUM_CLIENTS }, client));
}

it(`${NUM_CLIENTS} clients get ${NUM_REQUESTS} scores, each its own, though the thread dies twice`, async () => {
  const { server, ask } = await serve();
  const alone: number[] = [];
  for (const number of hundredPairs.keys()) alone.push((await ask(number)).score);
  expect(new Set(alone).size).toBeGreaterThan(90);
  const wrong: unknown[] = [];
  await byClients(NUM_REQUESTS, async (number) => {
    if (KILL_AFTER.includes(number)) kill();
    const { status, score } = await ask(number);
    const error = Math.abs(score - alone[number % alone.length]!);
    if (status !== 200 || !(error < MAX_SCORE_ERROR)) wrong.push({ number, status, score });
  });
  expect(wrong).toEqual([]);
  expect(engine.numRestarts).toBe(KILL_AFTER.length);
  await server.drain(0);
});

it('a server that is stopped answers what it has taken, and takes nothing more', async () => {
  const { server, ask } = await serve();
  const outcomes: string[] = [];
  let drained: Promise<void> | undefined;
  await byClients(3 * DRAIN_AFTER, async (number) => {
    if (number === DRAIN_AFTER) drained = server.drain(600_000);
    outcomes.push(
      await ask(number).then(
        ({ status, score }) => (status === 200 && score >= 0 ? 'judged' : String(status)),
        () => 'not taken',
      ),
    );
  });
  await drained;
  // 503: the connection was open before the server was stopped.
  expect(
    [...new Set(outcomes)].filter((outcome) => !['judged', '503', 'not taken'].includes(outcome)),
  ).toEqual([]);
  const numJudged = outcomes.filter((outcome) => outcome === 'judged').length;
  expect(numJudged).toBeGreaterThanOrEqual(DRAIN_AFTER - NUM_CLIENTS);
  expect(numJudged).toBeLessThanOrEqual(DRAIN_AFTER + NUM_CLIENTS);
});
