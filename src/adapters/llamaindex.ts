/**
 * A node postprocessor for LlamaIndex.TS: `new Rank1NodePostprocessor({ reranker, topN: 5 })`. The chain travels in
 * `metadata.rank1` of a copy of the node, kept out of what is embedded or shown to a language model. Only types are imported.
 */
import type { MessageContent } from '@llamaindex/core/llms';
import type { BaseNodePostprocessor } from '@llamaindex/core/postprocessor';
import type { BaseNode, MetadataMode, NodeWithScore } from '@llamaindex/core/schema';
import type { RerankClient } from '../client/rerank-client.ts';
import type { RerankDocument } from '../protocol/rerank-api.ts';
import { resultsThenUnjudged, type AdapterOptions, type ChainMetadata } from './chain-metadata.ts';

export interface Rank1NodePostprocessorSettings extends AdapterOptions {
  readonly reranker: Pick<RerankClient, 'rerank'>;
}

/** The field of `metadata` that holds the chain. */
const CHAIN_KEY = 'rank1';

export class Rank1NodePostprocessor implements BaseNodePostprocessor {
  readonly #reranker: Pick<RerankClient, 'rerank'>;
  readonly #options: AdapterOptions;

  constructor({ reranker, ...options }: Rank1NodePostprocessorSettings) {
    this.#reranker = reranker;
    this.#options = options;
  }

  /**
   * The nodes given are not changed. A node without a verdict comes last, without a score.
   * @throws TypeError without a query: there is nothing to judge by
   */
  async postprocessNodes(nodes: NodeWithScore[], query?: MessageContent): Promise<NodeWithScore[]> {
    if (query === undefined) throw new TypeError('query is missing: a reranker judges nodes by it');
    const response = await this.#reranker.rerank({
      ...this.#options,
      query: queryText(query),
      documents: nodes.map(({ node }) => toRerankDocument(node)),
    });
    return resultsThenUnjudged(response, this.#options).flatMap(({ index, score, chain }) => {
      const given = nodes[index];
      return given ? [{ node: withChain(given.node, chain), ...(score !== undefined && { score }) }] : [];
    });
  }
}

function queryText(query: MessageContent): string {
  if (typeof query === 'string') return query;
  return query.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

function toRerankDocument(node: BaseNode): RerankDocument {
  const text = node.getContent('NONE' as MetadataMode.NONE);
  const title: unknown = node.metadata['title'];
  return typeof title === 'string' ? { title, text } : { text };
}

function withChain(node: BaseNode, chain: ChainMetadata): BaseNode {
  const copy = node.clone();
  copy.metadata = { ...node.metadata, [CHAIN_KEY]: chain };
  copy.excludedLlmMetadataKeys = [...new Set([...node.excludedLlmMetadataKeys, CHAIN_KEY])];
  copy.excludedEmbedMetadataKeys = [...new Set([...node.excludedEmbedMetadataKeys, CHAIN_KEY])];
  return copy;
}
