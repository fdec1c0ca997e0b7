/**
 * A reranking model for the AI SDK (`rerank()` of `ai` 6 and 7): `rank1RerankingModel({ reranker })`. Pass options of a call
 * in `providerOptions.rank1`; chains are returned in `providerMetadata.rank1`. Only the SDK's types are imported.
 */
import type { JSONObject, RerankingModelV3 } from '@ai-sdk/provider';
import type { Reranker } from '../client/reranker.ts';
import type { RerankDocument } from '../protocol/rerank-api.ts';
import { withDefaults } from '../protocol/run-options.ts';
import { chainMetadata, type AdapterOptions } from './chain-metadata.ts';

export interface Rank1RerankingModelSettings extends Omit<AdapterOptions, 'topN'> {
  readonly reranker: Pick<Reranker, 'rerank'>;
  /** reported to the SDK; default `rank1` */
  readonly modelId?: string;
}

/**
 * The score is `relevanceScore`, 0 to 1. Documents without a verdict have none and are not ranked;
 * `providerMetadata.rank1.unjudged` lists them. Options of a call override those given here.
 * @example
 * const reranker = createReranker({ model: '/models/rank1-rerank-model/' });
 * const { ranking } = await rerank({ model: rank1RerankingModel({ reranker }), query, documents, topN: 5 });
 */
export function rank1RerankingModel({
  reranker,
  modelId = 'rank1',
  threshold,
  ...defaults
}: Rank1RerankingModelSettings): RerankingModelV3 {
  return {
    specificationVersion: 'v3',
    provider: 'rank1',
    modelId,
    async doRerank({ documents, query, topN, abortSignal, providerOptions }) {
      const inputs: readonly (string | RerankDocument)[] =
        documents.type === 'text' ? documents.values : documents.values.map(objectDocument);
      const asked = (providerOptions?.['rank1'] ?? {}) as AdapterOptions;
      const { results, unjudged, usage } = await reranker.rerank({
        ...withDefaults(asked, defaults),
        query,
        documents: inputs,
        topN,
        threshold: asked.threshold ?? threshold,
        signal: abortSignal,
      });
      return {
        ranking: results.map(({ index, score }) => ({ index, relevanceScore: score })),
        providerMetadata: {
          rank1: {
            results: results.map((result) => ({ index: result.index, ...chainMetadata(result) })),
            unjudged: unjudged.map((document) => ({ index: document.index, ...chainMetadata(document) })),
            usage: { ...usage },
          },
        },
        response: { modelId },
      };
    },
  };
}

/** An object with a `text` is a document with an optional `title`; any other is judged as its JSON. */
function objectDocument(value: JSONObject): RerankDocument {
  const { text, title } = value;
  if (typeof text !== 'string') return { text: JSON.stringify(value) };
  return typeof title === 'string' ? { title, text } : { text };
}
