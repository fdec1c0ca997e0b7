/**
 * Many clients at once, and a worker that dies under them. The worker is scripted, so that the requests are the load and
 * not the model; each answer depends on every character of its request, so that none can be another's.
 */
import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RerankServer } from '../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../src/cli/serve/serve-arguments.ts';
import { HOLD, hashedVerdict } from '../fakes/hashed-verdict.ts';
import { HASHED_THREAD, openLocalEngine, type TestEngine } from './local-engines.ts';
import { IS_FULL } from '../tier.ts';

const NUM_CLIENTS = 64;
const NUM_REQUESTS = IS_FULL ? 2000 : 1000;
const KILL_AFTER = [0.35, 0.7].map((part) => Math.round(part * NUM_REQUESTS));
/** Far below what keeping the requests or their answers would take. */
const MAX_GROWTH_BYTES = 8e6;
/**
 * Of the process, all threads, which gives memory back to the system when it suits it. The texts between the first measurement and the
 * last come to more than twice as much, so that keeping them would show.
 */
const MAX_RESIDENT_GROWTH_BYTES = 80e6;
/** Of long texts, the 64 requests in flight alone are some 10 MB, more or less; keeping all would take 95 MB. */
const MAX_LONG_GROWTH_BYTES = 40e6;
const LONG_TEXT = 'Lorem ipsum é. '.repeat(1400);

let { engine, kill } = {} as TestEngine;
let server: RerankServer;
let port: number;
const agent = new Agent({ keepAlive: true, maxSockets: NUM_CLIENTS });

beforeAll(async () => {
  ({ engine, kill } = await openLocalEngine(HASHED_THREAD));
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

interface MemoryFigures {
  readonly heap: number;
  /** bodies and answers are held outside the heap while they are read and written */
  readonly external: number;
  readonly resident: number;
}

function memory(): MemoryFigures {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, external, resident: rss };
}

/** Of the most that was measured over the first. */
function growth(samples: readonly number[]): number {
  return Math.max(...samples) - samples[0]!;
}

/** What the clients got wrong. @param filling ends each text @param before called before each request, with its number */
async function wrongAnswers(filling: string, before: (number: number) => void): Promise<unknown[]> {
  let numAsked = 0;
  const wrong: unknown[] = [];
  const client = async (): Promise<void> => {
    while (numAsked < NUM_REQUESTS) {
      const number = numAsked++;
      before(number);
      const query = `question ${number}`;
      const documents = Array.from(
        { length: 1 + (number % 5) },
        (_, d) => `text ${d} of ${number} ${filling}`,
      );
      const { status, body } = await ask(query, documents);
      const results = body.results?.map(({ index, relevance_score }) => ({ index, relevance_score }));
      const right = JSON.stringify(expectedResults(query, documents));
      if (status !== 200 || JSON.stringify(results) !== right) wrong.push({ number, status, results });
    }
  };
  await Promise.all(Array.from({ length: NUM_CLIENTS }, client));
  return wrong;
}

/** Asks everything, and tells how memory grew. */
async function load(filling: string, before: (number: number) => void = () => undefined) {
  const samples: MemoryFigures[] = [];
  const wrong = await wrongAnswers(filling, (number) => {
    if (number % (NUM_REQUESTS / 4) === NUM_REQUESTS / 8) samples.push(memory());
    before(number);
  });
  const grown = (name: keyof MemoryFigures): number => growth(samples.map((sample) => sample[name]));
  return { wrong, heap: grown('heap'), external: grown('external'), resident: grown('resident') };
}

it(`${NUM_CLIENTS} clients get ${NUM_REQUESTS} right answers, whatever becomes of the worker`, async () => {
  const { wrong, heap, external, resident } = await load('é', (number) => {
    if (KILL_AFTER.includes(number)) kill();
  });
  expect(wrong).toEqual([]);
  expect(engine.numRestarts).toBe(KILL_AFTER.length);
  expect(heap).toBeLessThan(MAX_GROWTH_BYTES);
  expect(external).toBeLessThan(MAX_GROWTH_BYTES);
  expect(resident).toBeLessThan(MAX_RESIDENT_GROWTH_BYTES);
});

it('neither server nor worker keeps anything of the requests it has answered', async () => {
  const { wrong, heap, external, resident } = await load(LONG_TEXT);
  expect(wrong).toEqual([]);
  expect(heap).toBeLessThan(MAX_LONG_GROWTH_BYTES);
  expect(external).toBeLessThan(MAX_LONG_GROWTH_BYTES);
  expect(resident).toBeLessThan(MAX_RESIDENT_GROWTH_BYTES);
});

it('a client that leaves while the worker is replaced is not judged, and holds up nobody', async () => {
  kill();
  const leaving = new AbortController();
  const left = engine.rerank({ query: HOLD, documents: ['a'], signal: leaving.signal });
  const stays = engine.rerank({ query: 'question', documents: ['a'] });
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect((await stays).results[0]?.verdict).toEqual(hashedVerdict('question', 'a'));
});
