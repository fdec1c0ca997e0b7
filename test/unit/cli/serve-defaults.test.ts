/** What `serve` makes of its own options and those of a request together, and whose fault it is where they cannot be had. */
import { afterEach, describe, expect, it } from 'vitest';
import { Rank1Error } from '../../../src/base/errors.ts';
import type { RerankEngine } from '../../../src/cli/engine/rerank-engine.ts';
import { serveCommand } from '../../../src/cli/serve/serve-command.ts';
import { RerankServer } from '../../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../../src/cli/serve/serve-arguments.ts';
import { hashedEngine, type HashedEngine } from '../../fakes/hashed-engine.ts';

let server: RerankServer | undefined;
afterEach(() => server?.drain(0));

/** @returns the answer, and the options of the engine's call, if there was one */
async function ask(
  flags: readonly string[],
  options: object,
  engine: HashedEngine = hashedEngine(),
  path = '/v1/rerank',
) {
  const calls: object[] = [];
  const watched: RerankEngine = {
    ...engine,
    rerank: ({ signal, ...call }) => {
      const { query: _query, documents: _documents, ...rest } = call;
      calls.push(rest);
      return engine.rerank({ ...call, ...(signal && { signal }) });
    },
  };
  server = new RerankServer({ ...parseServeArguments(flags, {}), engine: watched });
  const { port } = await server.listen('127.0.0.1', 0);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'q', documents: ['a', 'b'], ...options }),
  });
  const { message } = (await response.json()) as { message?: string };
  return { status: response.status, message, used: calls[0] };
}

const TEMPLATE = 'x FILL_QUERY_HERE';
const OTHER = 'y FILL_QUERY_HERE';

describe('options of the request and of serve', () => {
  it.each<[flags: string[], request: object, used: object]>([
    [['--reasons', 'top'], { top: 1 }, { reasons: 'top', top: 1 }],
    [['--reasons', 'top', '--top', '3'], { top: 1 }, { reasons: 'top', top: 1 }],
    [['--samples', '4'], { seed: 7 }, { samples: 4, seed: 7 }],
    [['--samples', '4', '--seed', '1'], { temperature: 0.3 }, { samples: 4, seed: 1, temperature: 0.3 }],
    [['--preset', 'citation'], { query_template: TEMPLATE }, { queryTemplate: TEMPLATE }],
    [['--query-template', TEMPLATE], { preset: 'citation' }, { preset: 'citation' }],
    [['--query-template', TEMPLATE], { query_template: OTHER }, { queryTemplate: OTHER }],
    [['--reasons', 'top', '--top', '3'], { reasons: 'all' }, { reasons: 'all' }],
    [['--reasons', 'top', '--top', '3'], { mode: 'reason' }, { reasons: 'all' }],
    [['--samples', '4', '--seed', '1', '--rethink', '1'], { reasons: 'none' }, { reasons: 'none' }],
    [['--rethink', '1'], { mode: 'instant' }, { reasons: 'none' }],
    [['--mode', 'instant'], { reasons: 'all', samples: 2 }, { reasons: 'all', samples: 2 }],
    [['--max-new-tokens', '9', '--instruction', 'i'], {}, { maxNewTokens: 9, instruction: 'i' }],
  ])('%j and %j are judged with %j', async (flags, request, used) => {
    const answer = await ask(flags, request);
    expect([answer.status, answer.used]).toEqual([200, used]);
  });

  it.each<[flags: string[], request: object, message: RegExp]>([
    [['--reasons', 'none'], { samples: 3 }, /samples needs reasons/],
    [['--reasons', 'none'], { rethink: 1 }, /rethink needs reasons/],
    [['--reasons', 'none'], { top: 1 }, /needs reasons 'top'/],
    [['--samples', '4'], { reasons: 'none', seed: 7 }, /give samples too/],
    [['--reasons', 'all'], { mode: 'reason', reasons: 'all' }, /give one of them/],
    [['--preset', 'citation'], { preset: 'citation', query_template: TEMPLATE }, /not both/],
    [['--preset', 'citation'], { query_template: 'no place' }, /FILL_QUERY_HERE/],
  ])('%j and %j are refused, and nothing is judged', async (flags, request, message) => {
    const answer = await ask(flags, request);
    expect(answer).toMatchObject({ status: 400, message: expect.stringMatching(message) });
    expect(answer.used).toBeUndefined();
  });

  it("are one for vLLM's scores too", async () => {
    const pairs = { text_1: 'q', text_2: ['a'], top: 1 };
    expect(await ask(['--reasons', 'top'], pairs, hashedEngine(), '/score')).toMatchObject({
      status: 200,
      used: { reasons: 'top', top: 1 },
    });
  });
});

it.each([
  ['option-unsupported', 400],
  ['model-unsupported', 500],
  ['worker-failed', 503],
] as const)('an engine that fails with %s is answered with %d', async (code, status) => {
  const engine = hashedEngine();
  engine.rerank = () => Promise.reject(new Rank1Error(code, 'It was so.'));
  expect(await ask([], { samples: 2 }, engine)).toMatchObject({ status, message: 'It was so.' });
});

/** A thread whose model gives scores alone. */
const SCORES_THREAD = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    const value = { device: 'cpu', dtype: 'q4', canReason: false, deviceCause: { code: 'asked' } };
    parentPort.on('message', ({ id }) => parentPort.postMessage({ type: 'done', id, value }));`)}`,
);

it.each([['--samples 4'], ['--rethink 1'], ['--reasons top --samples 4']])(
  'serve %s does not start where the model has no chains',
  async (flags) => {
    const run = serveCommand.prepare(`--port 0 --device cpu ${flags}`.split(' '));
    const context = { version: '0', packageFolder: '', defaultModel: process.env['RANK1_MODEL']! };
    await expect(run({ ...context, engineThread: SCORES_THREAD })).rejects.toMatchObject({
      code: 'option-unsupported',
    });
  },
);
