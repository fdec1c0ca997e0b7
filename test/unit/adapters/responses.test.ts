import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  toCohereResponse,
  toJinaResponse,
  toTeiResponse,
  toVoyageResponse,
} from '../../../src/adapters/responses.ts';
import type { RerankResponse } from '../../../src/index.ts';
import { DOCUMENTS, QUERY, scriptedReranker } from '../api/scripted-reranker.ts';

const { reranker } = scriptedReranker();
let response: RerankResponse;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const SCORES = [sigmoid(6), sigmoid(0), sigmoid(-6)];
const chain = { rank1: expect.objectContaining({ reasoning: expect.stringContaining('found') }) as unknown };

beforeAll(async () => {
  response = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
});
afterAll(() => reranker.dispose());

const total = () => response.usage.numPromptTokens + response.usage.numNewTokens;

describe('the shape of', () => {
  it('Cohere v2', () => {
    expect(toCohereResponse(response, { id: 'r1' })).toEqual({
      id: 'r1',
      results: [1, 0, 2].map((index, place) => ({ index, relevance_score: SCORES[place], metadata: chain })),
      meta: {
        tokens: {
          input_tokens: response.usage.numPromptTokens,
          output_tokens: response.usage.numNewTokens,
        },
      },
    });
  });

  it('Jina', () => {
    const jina = toJinaResponse(response, { model: 'rank1-demo', returnDocuments: false });
    expect(jina).toEqual({
      model: 'rank1-demo',
      usage: { total_tokens: total() },
      results: [1, 0, 2].map((index, place) => ({ index, relevance_score: SCORES[place], metadata: chain })),
    });
    const [first, second] = toJinaResponse(response, { model: 'm' }).results;
    expect(first?.document).toEqual({ text: DOCUMENTS[1] });
    expect(second?.document).toEqual({ text: DOCUMENTS[0].text });
  });

  it('Voyage', () => {
    const voyage = toVoyageResponse(response, { model: 'rank1-demo', returnDocuments: true });
    expect(voyage).toMatchObject({ object: 'list', model: 'rank1-demo', usage: { total_tokens: total() } });
    expect(voyage.data[1]).toEqual({
      index: 0,
      relevance_score: SCORES[1],
      document: DOCUMENTS[0].text,
      metadata: chain,
    });
  });

  it('TEI, with probabilities or raw scores', () => {
    expect(toTeiResponse(response)).toEqual(
      [1, 0, 2].map((index, place) => ({ index, score: SCORES[place], metadata: chain })),
    );
    expect(toTeiResponse(response, { rawScores: true, returnText: true })).toMatchObject([
      { index: 1, score: 6, text: DOCUMENTS[1] },
      { index: 0, score: 0 },
      { index: 2, score: -6 },
    ]);
  });

  it('all of them tells where a score is a bound, and only there', () => {
    const [first, ...rest] = response.results;
    const bounded = { ...first!, verdict: { ...first!.verdict, bound: 'at-least' as const } };
    const shaped = { ...response, results: [bounded, ...rest] };
    const lists = [
      toCohereResponse(shaped, { id: 'r' }).results,
      toJinaResponse(shaped, { model: 'm' }).results,
      toVoyageResponse(shaped, { model: 'm' }).data,
      toTeiResponse(shaped),
    ];
    for (const results of lists)
      expect(results.map(({ metadata }) => metadata.rank1['bound'])).toEqual([
        'at-least',
        undefined,
        undefined,
      ]);
  });

  it('all of them survives JSON', () => {
    const shapes = [
      toCohereResponse(response, { id: 'r' }),
      toJinaResponse(response, { model: 'm' }),
      toVoyageResponse(response, { model: 'm' }),
      toTeiResponse(response),
    ];
    for (const shape of shapes) expect(JSON.parse(JSON.stringify(shape))).toEqual(shape);
  });
});
