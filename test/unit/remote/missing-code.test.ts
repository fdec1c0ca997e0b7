/** Code that is fetched on first use, and does not arrive. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createReranker, partialResponse } from '../../../src/index.ts';
import type { RunOptions } from '../../../src/protocol/rerank-api.ts';
import { sendEvents, type Answer } from './completions-server.ts';
import { judge, server, startServer, stopServer, WHOLE } from './judging.ts';

const SERVER = '../../../src/remote/remote-server.ts';
const CUTTING = '../../../src/remote/ask-for-less.ts';
const LATE = new Map<string, RunOptions>([
  [SERVER, {}],
  [CUTTING, {}],
  ['../../../src/remote/token-loop.ts', { loopGuard: true }],
  ['../../../src/remote/sample-seeds.ts', { samples: 2 }],
  ['../../../src/rank1/query-template.ts', { preset: 'counterargument' }],
]);
const CAUSE = new TypeError('Failed to fetch dynamically imported module');
const TOO_LONG = '{"error":{"message":"This model\'s maximum context length is 2048 tokens."}}';

/** Refuses the document `long`. */
const refusing: Answer = ({ body }, response) =>
  body.prompt.includes('Passage: long')
    ? void response.writeHead(400).end(TOO_LONG)
    : sendEvents(response, WHOLE);

beforeEach(startServer);
afterEach(async () => {
  for (const path of LATE.keys()) vi.doUnmock(path);
  await stopServer();
});

function lose(path: string): void {
  vi.doMock(path, () => {
    throw CAUSE;
  });
}

it.each([...LATE])('ends a run as a fault of the network: %s', async (path, options) => {
  lose(path);
  const { error } = await judge(refusing, options, {}, ['long']);
  expect(error).toMatchObject({
    name: 'Rank1Error',
    code: 'network',
    message: expect.stringMatching(/could not be fetched.*Check the connection/),
    cause: expect.any(Error),
  });
});

it('leaves the verdicts of before', async () => {
  lose(CUTTING);
  server.answer = refusing;
  const reranker = createReranker({ endpoint: server.endpoint, maxInFlight: 1 });
  const error = await reranker
    .rerank({ query: 'q', documents: ['short', 'long'] })
    .catch((thrown: unknown) => thrown);
  reranker.dispose();
  expect(partialResponse(error)).toMatchObject({ results: [{ index: 0 }], unjudged: [{ index: 1 }] });
});
