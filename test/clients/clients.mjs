/**
 * Clients as their documentation uses them, given another address and nothing else. Each returns index and score of the
 * documents, best first, as the client tells them.
 */
import { createCohere } from '@ai-sdk/cohere';
import { createTogetherAI } from '@ai-sdk/togetherai';
import { CohereRerank as LangChainRerank } from '@langchain/cohere';
import { Document } from '@langchain/core/documents';
import { CohereRerank as LlamaIndexRerank } from '@llamaindex/cohere';
import { TextNode } from '@llamaindex/core/schema';
import { rerank } from 'ai';
import * as cohere7 from 'cohere-ai-7';
import * as cohere8 from 'cohere-ai-8';
import { VoyageAIClient } from 'voyageai';
import { rankWithCohere } from './cohere.mjs';

async function rankWithAiSdk(model, { query, documents }) {
  const { ranking } = await rerank({ model, query, documents });
  return ranking.map(({ originalIndex, score }) => [originalIndex, score]);
}

export const CLIENTS = {
  'cohere-ai 7, version 1': (asked) => rankWithCohere[1](cohere7, asked),
  'cohere-ai 7, version 2': (asked) => rankWithCohere[2](cohere7, asked),
  'cohere-ai 8, version 1': (asked) => rankWithCohere[1](cohere8, asked),
  'cohere-ai 8, version 2': (asked) => rankWithCohere[2](cohere8, asked),

  '@ai-sdk/cohere': (asked) =>
    rankWithAiSdk(
      createCohere({ baseURL: `${asked.address}/v2`, apiKey: asked.token }).reranking('rerank-v3.5'),
      asked,
    ),

  '@ai-sdk/togetherai': (asked) =>
    rankWithAiSdk(
      createTogetherAI({ baseURL: `${asked.address}/v1`, apiKey: asked.token }).reranking(
        'Salesforce/Llama-Rank-v1',
      ),
      asked,
    ),

  async voyageai({ address, token, query, documents }) {
    const client = new VoyageAIClient({ environment: `${address}/v1`, apiKey: token });
    const { data, usage } = await client.rerank({ model: 'rerank-2.5', query, documents });
    if (!(usage.totalTokens > 0)) throw new Error('no total of tokens');
    return data.map(({ index, relevanceScore }) => [index, relevanceScore]);
  },

  async '@langchain/cohere'({ address, token, query, documents }) {
    const client = new cohere7.CohereClient({ environment: address, token });
    const compressor = new LangChainRerank({ client, model: 'rerank-v3.5', topN: documents.length });
    const compressed = await compressor.compressDocuments(
      documents.map((pageContent, index) => new Document({ pageContent, metadata: { index } })),
      query,
    );
    return compressed.map(({ metadata }) => [metadata.index, metadata.relevanceScore]);
  },

  async '@llamaindex/cohere'({ address, token, query, documents }) {
    const reranker = new LlamaIndexRerank({ baseUrl: address, apiKey: token, topN: documents.length });
    const nodes = documents.map((text, index) => ({ node: new TextNode({ text, id_: String(index) }) }));
    const ranked = await reranker.postprocessNodes(nodes, query);
    return ranked.map(({ node, score }) => [Number(node.id_), score]);
  },
};
