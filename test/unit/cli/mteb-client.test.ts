/**
 * The requests of `mteb.models.OpenAIAPIRerankWrapper` (mteb 2.26), as it sends them and as it reads the answers. The
 * client itself runs in integrations/mteb.
 */
import { afterEach, expect, it } from 'vitest';
import { RerankServer } from '../../../src/cli/serve/rerank-server.ts';
import { hashedEngine } from '../../fakes/hashed-engine.ts';
import { hashedVerdict } from '../../fakes/hashed-verdict.ts';

const LIMITS = {
  maxBodyBytes: 2 ** 20,
  maxReservedBytes: 2 ** 24,
  maxDocuments: 100,
  maxRequests: 4,
  receiveTimeoutMs: 1000,
  judgeTimeoutMs: 60_000,
  sendTimeoutMs: 60_000,
};
const PAIRS = [
  ['capital of France', 'Paris Paris is the capital of France.'],
  ['capital of France', 'Bread is baked in an oven.'],
] as const;

let server: RerankServer | undefined;
afterEach(() => server?.drain(0));

it('is told the model first, and gets a score for each pair, asked one by one', async () => {
  const access = { token: null, allowedHosts: [], corsOrigins: [] };
  server = new RerankServer({ engine: hashedEngine(), limits: LIMITS, access, defaults: {} });
  const { port } = await server.listen('127.0.0.1', 0);
  const url = `http://127.0.0.1:${port}`;
  const models = await fetch(`${url}/v1/models`);
  expect(models.status).toBe(200);
  const { data } = (await models.json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual(['hashed']);
  for (const [query, document] of PAIRS) {
    const response = await fetch(`${url}/v1/rerank`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'python-requests/2.34.2' },
      body: JSON.stringify({ model: 'hashed', query, documents: [document] }),
    });
    const { results } = (await response.json()) as { results: unknown[] };
    expect(results).toMatchObject([{ index: 0, relevance_score: hashedVerdict(query, document).score }]);
  }
  expect((await fetch(`${url}/v1/models`, { method: 'POST' })).status).toBe(405);
});
