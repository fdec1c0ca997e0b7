/**
 * What clients that cannot be run here send to a rerank server, and what they read of its answers, as their sources have
 * it: each `read` fails where its client would, and takes nothing that its client does not look at. Clients that are
 * npm packages run themselves in test/clients. docs/compatibility.md names the versions.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RerankServer } from '../../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../../src/cli/serve/serve-arguments.ts';
import { hashedEngine } from '../../fakes/hashed-engine.ts';
import { hashedVerdict } from '../../fakes/hashed-verdict.ts';

const MODEL = { version: '0.1.0', dtype: 'q4', maxInputTokens: 2048 };
const TOKEN = 'secret';
const QUERY = 'coldest city';
const TEXTS = ['Bread.', 'Yakutsk.', 'Kuwait.', 'A é 寒い.'];
const SCORES = TEXTS.map((text) => hashedVerdict(QUERY, text).score);
const PAIRS = SCORES.map((score, index) => [index, score] as const);
const RANKED = PAIRS.toSorted(([, a], [, b]) => b - a);
/** as the engine of these tests counts */
const NUM_PROMPT_TOKENS = 10 * TEXTS.length;
const NUM_NEW_TOKENS = 2 * TEXTS.length;

let server: RerankServer;
let address: string;
beforeAll(async () => {
  const settings = parseServeArguments(['--token', TOKEN], {});
  server = new RerankServer({ ...settings, model: MODEL, engine: hashedEngine() });
  address = `http://127.0.0.1:${(await server.listen('127.0.0.1', 0)).port}`;
});
afterAll(() => server.drain(0));

const JSON_HEADERS = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(address + path, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer & TeiScore[];
}

async function get(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(address + path, { headers: JSON_HEADERS });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

interface Scored {
  readonly index: number;
  readonly relevance_score: number;
  /** a text at Infinity's path, an object at others */
  readonly document?: string | { readonly text: string };
}
interface TeiScore {
  readonly index: number;
  readonly score: number;
  readonly text: string;
}
interface Answer {
  readonly id: string;
  readonly object: string;
  readonly model: string;
  readonly created: number;
  readonly results: readonly Scored[];
  readonly data: readonly Scored[];
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
  readonly meta: { readonly tokens: { readonly input_tokens: number; readonly output_tokens: number } };
}

const pairs = (results: readonly Scored[]) =>
  results.map(({ index, relevance_score }) => [index, relevance_score]);
const inOrder = <S extends { readonly index: number }>(results: readonly S[]) =>
  results.toSorted((a, b) => a.index - b.index);

describe('LiteLLM, hosted_vllm', () => {
  // It leaves out fields that are null, and makes /v1/rerank of an address into /rerank.
  const asked = { model: 'm', query: QUERY, documents: TEXTS, return_documents: true };

  it.each(['/rerank', '/v1/rerank'])(
    '%s: results, the texts of their documents, and the tokens',
    async (path) => {
      const { id, results, meta } = await post(path, asked, { accept: 'application/json' });
      expect(id).toBeTruthy();
      expect(pairs(results)).toEqual(RANKED);
      expect(results.map(({ document }) => document)).toMatchObject(
        RANKED.map(([index]) => ({ text: TEXTS[index] })),
      );
      expect(meta.tokens.input_tokens).toBe(NUM_PROMPT_TOKENS);
    },
  );

  it('takes top_n, documents that are objects, and fields that only vLLM knows', async () => {
    const documents = TEXTS.map((text) => ({ text }));
    const truncation = { max_tokens_per_doc: 512, truncate_prompt_tokens: 512, truncation_side: 'right' };
    const { results } = await post('/rerank', { ...asked, documents, top_n: 2, ...truncation });
    expect(pairs(results)).toEqual(RANKED.slice(0, 2));
  });
});

describe('Infinity', () => {
  it('its own client: an object called rerank, with model, usage and id', async () => {
    const body = { query: QUERY, documents: TEXTS, return_documents: false, raw_scores: false, model: 'm' };
    const answer = await post('/infinity/rerank', body);
    expect(pairs(answer.results)).toEqual(RANKED);
    expect(answer.results.some((result) => 'document' in result)).toBe(false);
    const facts = { object: 'rerank', model: 'hashed', id: expect.any(String), created: expect.any(Number) };
    expect(answer).toMatchObject(facts);
    const { prompt_tokens, total_tokens } = answer.usage;
    expect([prompt_tokens, total_tokens]).toEqual([NUM_PROMPT_TOKENS, NUM_PROMPT_TOKENS + NUM_NEW_TOKENS]);
  });

  it("LiteLLM's provider for it: documents are texts; what was generated is the total less the prompts", async () => {
    const body = { model: 'm', query: QUERY, top_n: 3, documents: TEXTS, return_documents: true };
    const { results, usage } = await post('/infinity/rerank', body);
    expect(pairs(results)).toEqual(RANKED.slice(0, 3));
    expect(results.map(({ document }) => document)).toEqual(
      RANKED.slice(0, 3).map(([index]) => TEXTS[index]),
    );
    expect(usage.total_tokens - usage.prompt_tokens).toBe(NUM_NEW_TOKENS);
  });
});

describe('RAGFlow, Xinference', () => {
  it('flags in strings; a score for each text by its index; the tokens of both kinds', async () => {
    const flags = { return_documents: 'true', return_len: 'true' };
    const { results, meta } = await post('/v1/rerank', {
      model: 'm',
      query: QUERY,
      ...flags,
      documents: TEXTS,
    });
    const rank = new Array<number>(TEXTS.length).fill(0);
    for (const { index, relevance_score } of results) rank[index] = relevance_score;
    expect(rank).toEqual(SCORES);
    expect(meta.tokens.input_tokens + meta.tokens.output_tokens).toBe(NUM_PROMPT_TOKENS + NUM_NEW_TOKENS);
  });
});

describe('Dify, text-embeddings-inference', () => {
  it('validates an address: the first model type is a reranker, with a context and a batch', async () => {
    const info = await get('/info');
    expect(Object.keys(info['model_type'] as object)[0]).toBe('reranker');
    expect(info).toMatchObject({ max_input_length: 2048, max_client_batch_size: 1000 });
  });

  it('takes results from the top until it has enough: index, text, score', async () => {
    const results = await post('/rerank', { query: QUERY, texts: TEXTS, return_text: true });
    expect(results.map(({ index, score }) => [index, score])).toEqual(RANKED);
    for (const { index, text } of results) expect(text).toBe(TEXTS[index]);
  });
});

describe('Open WebUI, external reranker', () => {
  it('asks for all, and reads the scores in the order of its documents', async () => {
    const user = {
      'x-openwebui-user-name': 'a',
      'x-openwebui-user-id': '1',
      'x-openwebui-user-role': 'user',
    };
    const body = { model: 'reranker', query: QUERY, documents: TEXTS, top_n: TEXTS.length };
    const { results } = await post('/v1/rerank', body, user);
    expect(inOrder(results).map(({ relevance_score }) => relevance_score)).toEqual(SCORES);
  });
});

describe('Continue', () => {
  const asked = { model: 'm', query: QUERY, documents: TEXTS };

  it('huggingface-tei: asks for /info, then reads a bare list', async () => {
    expect(await get('/info')).toMatchObject({ model_id: 'hashed', max_client_batch_size: 1000 });
    const results = await post('/rerank', {
      query: QUERY,
      return_text: false,
      raw_scores: false,
      texts: TEXTS,
      truncation_direction: 'Right',
      truncate: true,
    });
    expect(inOrder(results).map(({ score }) => score)).toEqual(SCORES);
  });

  it.each([
    ['voyage, and other providers of its OpenAI adapter', '/v1/rerank', 'data'],
    ['vllm', '/v1/rerank', 'results'],
    ['cohere', '/v1/rerank', 'results'],
  ] as const)('%s: %s, of which it reads %s', async (_provider, path, list) => {
    const answer = await post(path, asked, { accept: 'application/json', 'x-api-key': TOKEN });
    expect(inOrder(answer[list]).map(({ relevance_score }) => relevance_score)).toEqual(SCORES);
  });
});
