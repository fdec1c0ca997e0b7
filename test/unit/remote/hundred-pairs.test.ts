/** The hundred pairs on a remote engine: recorded answers of transformers, replayed as vLLM streams them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReranker } from '../../../src/index.ts';
import { hundredByQuery, hundredExpected } from '../../harness/hundred-pairs.ts';
import { CompletionsServer } from './completions-server.ts';

let server: CompletionsServer;
beforeAll(async () => void (server = await CompletionsServer.start()));
afterAll(() => server.stop());

it('gives the order of transformers, and its scores within 1e-4, through the public function', async () => {
  const reranker = createReranker({ endpoint: server.endpoint });
  for (const { query, documents, expected, order } of hundredByQuery()) {
    const { results, unjudged, model } = await reranker.rerank({
      query,
      documents,
      ...hundredExpected.options,
    });
    expect(unjudged).toEqual([]);
    expect(model?.device).toBe('remote');
    expect(results.map(({ index }) => index)).toEqual(order);
    for (const result of results) {
      const oracle = expected[result.index]!;
      expect(Math.abs(result.score - oracle.score)).toBeLessThan(1e-4);
      expect(result.reasoning).toBe(oracle.reasoning);
    }
  }
  reranker.dispose();
  expect(server.completions).toHaveLength(100);
});

it('sends what vLLM needs to decode as the reference does', () => {
  expect(server.completions[0]?.body).toMatchObject({
    model: 'rank1-demo',
    temperature: 0,
    stop: ['</think> true', '</think> false'],
    include_stop_str_in_output: true,
    skip_special_tokens: false,
    logprobs: 20,
    stream: true,
    max_tokens: hundredExpected.options.maxNewTokens,
  });
});
