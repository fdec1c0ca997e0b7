/** Every adapter under the real package of its framework, LlamaIndex excepted, on the scripted worker: same order and scores as `rerank`. */
import type { JSONObject } from '@ai-sdk/provider';
import { Document } from '@langchain/core/documents';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import { rerank } from 'ai';
import { afterEach, describe, expect, it } from 'vitest';
import { rank1RerankingModel } from '../../../src/adapters/ai-sdk.ts';
import type { AdapterOptions } from '../../../src/adapters/chain-metadata.ts';
import { Rank1DocumentCompressor } from '../../../src/adapters/langchain.ts';
import { Rank1NodePostprocessor } from '../../../src/adapters/llamaindex.ts';
import type { RerankOptions } from '../../../src/protocol/rerank-api.ts';
import { TextNode } from '../../fakes/llamaindex-node.ts';
import { QUERY, scriptedReranker } from '../api/scripted-reranker.ts';

const TEXTS = ['A hot city.', 'The coldest city is Yakutsk.', 'Bread is baked.', '[[too-long]]'];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
/** By hand; see the scripted chain. */
const EXPECTED = [
  [1, sigmoid(6)],
  [0, sigmoid(0)],
  [2, sigmoid(-6)],
] as const;

const disposables: { dispose(): void }[] = [];

function setUp() {
  const scripted = scriptedReranker();
  disposables.push(scripted.reranker);
  return scripted;
}

afterEach(() => disposables.splice(0).forEach((reranker) => reranker.dispose()));

describe('the reranking model of the AI SDK', () => {
  it('ranks texts, with the chains in the metadata', async () => {
    const { reranker } = setUp();
    const model = rank1RerankingModel({ reranker, modelId: 'rank1-demo' });
    const { ranking, providerMetadata, response } = await rerank({ model, query: QUERY, documents: TEXTS });
    expect(ranking.map(({ originalIndex, score }) => [originalIndex, score])).toEqual(EXPECTED);
    expect(ranking[0]?.document).toBe(TEXTS[1]);
    expect(response.modelId).toBe('rank1-demo');
    expect(providerMetadata?.['rank1']).toMatchObject({
      results: [{ index: 1, label: 'true', logitDifference: 6, reasoning: /"… coldest city is"/ }, {}, {}],
      unjudged: [{ index: 3, score: null, finishReason: 'prompt-too-long' }],
    });
  });

  it('ranks objects: text with title where there is one, else as JSON', async () => {
    const { api, reranker } = setUp();
    const documents = [{ name: 'coldest' }, { title: 'Coldest', text: 'city', page: 2 }];
    const { rerankedDocuments } = await rerank({
      model: rank1RerankingModel({ reranker }),
      query: QUERY,
      documents,
    });
    expect(rerankedDocuments[0]).toEqual(documents[1]);
    expect(api.requests[0]?.documents).toEqual([
      { text: '{"name":"coldest"}' },
      { title: 'Coldest', text: 'city' },
    ]);
  });

  it('respects topN, options and the signal', async () => {
    const { api, reranker } = setUp();
    const model = rank1RerankingModel({ reranker, maxNewTokens: 9 });
    const providerOptions = { rank1: { instruction: 'Only Asia.' } };
    const { ranking } = await rerank({ model, query: QUERY, documents: TEXTS, topN: 1, providerOptions });
    expect(ranking).toHaveLength(1);
    expect(api.requests[0]?.options).toEqual({ instruction: 'Only Asia.', maxNewTokens: 9 });
    const abortSignal = AbortSignal.abort(new Error('enough'));
    await expect(rerank({ model, query: QUERY, documents: TEXTS, abortSignal })).rejects.toThrow('enough');
  });

  it.each<[AdapterOptions, JSONObject, RerankOptions]>([
    [{ samples: 3, seed: 1 }, { reasons: 'none' }, { reasons: 'none' }],
    [{ samples: 3 }, { mode: 'instant' }, { reasons: 'none' }],
    [
      { preset: 'counterargument' },
      { queryTemplate: 'FILL_QUERY_HERE?' },
      { queryTemplate: 'FILL_QUERY_HERE?' },
    ],
    [{ reasons: 'top', top: 1 }, { reasons: 'all' }, { reasons: 'all' }],
    [{ reasons: 'none' }, { mode: 'reason' }, { reasons: 'all' }],
    [{ mode: 'instant' }, { reasons: 'all' }, { reasons: 'all' }],
    [{ temperature: 0.3 }, { samples: 2 }, { samples: 2, temperature: 0.3 }],
  ])('drops those of %j that %j leaves no use for', async (settings, rank1, expected) => {
    const { api, reranker } = setUp();
    const model = rank1RerankingModel({ reranker, ...settings });
    await rerank({ model, query: QUERY, documents: TEXTS, providerOptions: { rank1 } });
    expect(api.requests[0]?.options).toEqual(expected);
  });

  it('takes the threshold of a call, else that given here', async () => {
    const { reranker } = setUp();
    const model = rank1RerankingModel({ reranker, threshold: 0.9 });
    const request = { model, query: QUERY, documents: TEXTS };
    expect((await rerank(request)).ranking).toHaveLength(1);
    const providerOptions = { rank1: { threshold: 0.4 } };
    expect((await rerank({ ...request, providerOptions })).ranking).toHaveLength(2);
  });
});

describe('the document compressor of LangChain.js', () => {
  const documents = () =>
    TEXTS.map((pageContent, page) => new Document({ pageContent, id: `d${page}`, metadata: { page } }));

  it('orders documents, with score and chain in the metadata, and changes none', async () => {
    const { reranker } = setUp();
    const given = documents();
    const compressor = new Rank1DocumentCompressor({ reranker });
    expect(BaseDocumentCompressor.isBaseDocumentCompressor(compressor)).toBe(true);
    const compressed = await compressor.compressDocuments(given, QUERY);
    expect(
      compressed.slice(0, 3).map(({ metadata }) => [metadata['page'], metadata['relevanceScore']]),
    ).toEqual(EXPECTED);
    expect(compressed[0]).toMatchObject({ id: 'd1', pageContent: TEXTS[1] });
    expect(compressed.every((document) => document instanceof Document)).toBe(true);
    expect(compressed[0]?.metadata['rank1']).toMatchObject({ label: 'true', logitDifference: 6 });
    expect(compressed[3]?.metadata).not.toHaveProperty('relevanceScore');
    expect(compressed[3]?.metadata['rank1']).toMatchObject({ finishReason: 'prompt-too-long' });
    expect(given).toEqual(documents());
  });

  it('leaves no score of another reranker on a document without a verdict', async () => {
    const given = TEXTS.map(
      (pageContent, page) => new Document({ pageContent, metadata: { page, relevanceScore: 0.99 } }),
    );
    const compressed = await new Rank1DocumentCompressor(setUp()).compressDocuments(given, QUERY);
    expect(compressed[3]?.metadata).toMatchObject({ page: 3, rank1: { label: null } });
    expect(compressed[3]?.metadata).not.toHaveProperty('relevanceScore');
    expect(given[3]?.metadata).toHaveProperty('relevanceScore', 0.99);
  });

  it('gives back the list as it was when it was called', async () => {
    const given = documents();
    const compressing = new Rank1DocumentCompressor(setUp()).compressDocuments(given, QUERY);
    given.reverse();
    expect((await compressing).map(({ id }) => id)).toEqual(['d1', 'd0', 'd2', 'd3']);
  });

  it('respects topN and threshold, and judges a title with the text', async () => {
    const { api, reranker } = setUp();
    const titled = [...documents(), new Document({ pageContent: 'city', metadata: { title: 'Coldest' } })];
    const compressed = await new Rank1DocumentCompressor({
      reranker,
      topN: 3,
      threshold: 0.9,
    }).compressDocuments(titled, QUERY);
    expect(compressed.map(({ pageContent }) => pageContent)).toEqual([TEXTS[1], 'city']);
    expect(api.requests[0]?.documents[4]).toEqual({ title: 'Coldest', text: 'city' });
  });
});

describe('the node postprocessor of LlamaIndex.TS', () => {
  const nodes = () =>
    TEXTS.map((text, page) => ({ node: new TextNode({ text, metadata: { page } }), score: 0.1 }));

  it('orders nodes, with the chain in the metadata but out of prompts, and changes none', async () => {
    const { reranker } = setUp();
    const given = nodes();
    const processed = await new Rank1NodePostprocessor({ reranker }).postprocessNodes(given, QUERY);
    expect(processed.slice(0, 3).map(({ node, score }) => [node.metadata['page'], score])).toEqual(EXPECTED);
    expect(processed[3]).not.toHaveProperty('score');
    const best = processed[0]?.node;
    expect(best?.id_).toBe(given[1]?.node.id_);
    expect(best?.metadata['rank1']).toMatchObject({
      label: 'true',
      reasoning: expect.stringContaining('found'),
    });
    expect(best?.getContent('LLM')).not.toContain('found');
    expect(best?.getContent('EMBED')).not.toContain('found');
    expect(given[1]?.node.metadata).toEqual({ page: 1 });
  });

  it('gives back the list as it was when it was called', async () => {
    const given = nodes();
    const processing = new Rank1NodePostprocessor(setUp()).postprocessNodes(given, QUERY);
    given.reverse();
    expect((await processing).map(({ node }) => node.metadata['page'] as number)).toEqual([1, 0, 2, 3]);
  });

  it('reads the text of a query in parts, respects topN, and refuses to judge by nothing', async () => {
    const { api, reranker } = setUp();
    const postprocessor = new Rank1NodePostprocessor({ reranker, topN: 1 });
    expect(await postprocessor.postprocessNodes(nodes(), [{ type: 'text', text: QUERY }])).toHaveLength(1);
    expect(api.requests[0]?.query).toBe(QUERY);
    await expect(postprocessor.postprocessNodes(nodes())).rejects.toThrow(TypeError);
  });
});
