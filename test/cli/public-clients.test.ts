/** Existing clients with only the URL changed: Cohere's, and the AI SDK's for Cohere. */
import { createCohere } from '@ai-sdk/cohere';
import { rerank } from 'ai';
import { CohereClient, CohereClientV2 } from 'cohere-ai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RerankServer } from '../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../src/cli/serve/serve-arguments.ts';
import { hashedEngine } from '../fakes/hashed-engine.ts';
import { hashedVerdict } from '../fakes/hashed-verdict.ts';

const QUERY = 'coldest city';
const TEXTS = ['Bread is baked.', 'The coldest city is Yakutsk.', 'Kuwait is hot.', 'A é 寒い.'];
const TOKEN = 'secret';
const ranked = (texts: readonly string[]) =>
  texts
    .map((text, index) => ({ index, ...hashedVerdict(QUERY, text) }))
    .sort((a, b) => b.logitDifference - a.logitDifference);

let server: RerankServer;
let address: string;

beforeAll(async () => {
  server = new RerankServer({ ...parseServeArguments(['--token', TOKEN], {}), engine: hashedEngine() });
  const { port } = await server.listen('127.0.0.1', 0);
  address = `http://127.0.0.1:${port}`;
});
afterAll(() => server.drain(0));

it("Cohere's client ranks, version 2", async () => {
  const client = new CohereClientV2({ environment: address, token: TOKEN });
  const { results, id, meta } = await client.rerank({
    model: 'rerank-v3.5',
    query: QUERY,
    documents: TEXTS,
    topN: 3,
  });
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(meta?.tokens?.outputTokens).toBe(8);
  expect(results.map(({ index, relevanceScore }) => [index, relevanceScore])).toEqual(
    ranked(TEXTS)
      .slice(0, 3)
      .map(({ index, score }) => [index, score]),
  );
});

it("Cohere's client ranks, version 1, with documents that are objects", async () => {
  const client = new CohereClient({ environment: address, token: TOKEN });
  const { results } = await client.rerank({
    query: QUERY,
    documents: TEXTS.map((text) => ({ text })),
    returnDocuments: true,
  });
  expect(
    results.map(({ index, relevanceScore, document }) => [index, relevanceScore, document?.text]),
  ).toEqual(ranked(TEXTS).map(({ index, score }) => [index, score, TEXTS[index]]));
});

it("Cohere's client reads our refusals", async () => {
  const wrongToken = new CohereClientV2({ environment: address, token: 'wrong' });
  const call = { model: 'any', query: QUERY, documents: TEXTS };
  await expect(wrongToken.rerank(call)).rejects.toMatchObject({ statusCode: 401 });
  const client = new CohereClientV2({ environment: address, token: TOKEN });
  await expect(client.rerank({ ...call, topN: -1 })).rejects.toMatchObject({
    statusCode: 400,
    body: { message: expect.stringContaining('top_n') },
  });
});

it('the AI SDK ranks through its provider for Cohere', async () => {
  const cohere = createCohere({ baseURL: `${address}/v2`, apiKey: TOKEN });
  const { ranking, rerankedDocuments } = await rerank({
    model: cohere.reranking('rerank-v3.5'),
    query: QUERY,
    documents: TEXTS,
    topN: 2,
  });
  const best = ranked(TEXTS).slice(0, 2);
  expect(ranking.map(({ originalIndex, score }) => [originalIndex, score])).toEqual(
    best.map(({ index, score }) => [index, score]),
  );
  expect(rerankedDocuments).toEqual(best.map(({ index }) => TEXTS[index]));
});

it('the AI SDK sends objects as their JSON', async () => {
  const cohere = createCohere({ baseURL: `${address}/v2`, apiKey: TOKEN });
  const documents = [{ name: 'Yakutsk' }, { name: 'Kuwait' }];
  const { rerankedDocuments } = await rerank({
    model: cohere.reranking('rerank-v3.5'),
    query: QUERY,
    documents,
  });
  const best = ranked(documents.map((document) => JSON.stringify(document)));
  expect(rerankedDocuments).toEqual(best.map(({ index }) => documents[index]));
});
