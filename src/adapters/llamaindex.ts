/**
 * A node postprocessor for LlamaIndex.TS: `new Rank1NodePostprocessor({ reranker, topN: 5 })`. The chain is in
 * `metadata.rank1` of a copy of the node, excluded from what is embedded or shown to a language model. Nodes are typed
 * structurally, so no LlamaIndex package is needed; the class is assignable to `BaseNodePostprocessor`.
 */
import type { Reranker } from '../client/reranker.ts';
import type { RerankDocument } from '../protocol/rerank-api.ts';
import { resultsThenUnjudged, type AdapterOptions, type ChainMetadata } from './chain-metadata.ts';

/** The part of LlamaIndex's `BaseNode` used here. */
export interface LlamaIndexNode {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as LlamaIndex has it
  metadata: Record<string, any>;
  excludedLlmMetadataKeys: string[];
  excludedEmbedMetadataKeys: string[];
  /** `never`: the modes are a LlamaIndex enum. */
  getContent(metadataMode: never): string;
  clone(): LlamaIndexNode;
}

export interface LlamaIndexNodeWithScore<Node extends LlamaIndexNode = LlamaIndexNode> {
  node: Node;
  score?: number;
}

/** LlamaIndex's `MessageContent`: a string, or parts, of which only those of type `text` are used. */
export type LlamaIndexQuery = string | readonly { readonly type: string; readonly text?: string }[];

export interface Rank1NodePostprocessorSettings extends AdapterOptions {
  readonly reranker: Pick<Reranker, 'rerank'>;
}

const CHAIN_KEY = 'rank1';

/**
 * @example
 * const reranker = createReranker({ model: '/models/rank1-rerank-model/' });
 * const postprocessor = new Rank1NodePostprocessor({ reranker, topN: 5 });
 * const best = await postprocessor.postprocessNodes(nodes, query);
 */
export class Rank1NodePostprocessor {
  readonly #reranker: Pick<Reranker, 'rerank'>;
  readonly #options: AdapterOptions;

  constructor({ reranker, ...options }: Rank1NodePostprocessorSettings) {
    this.#reranker = reranker;
    this.#options = options;
  }

  /**
   * Does not modify the input nodes. Nodes without a verdict come last, without a score.
   * @throws TypeError without a query: there is nothing to judge by
   */
  async postprocessNodes<Node extends LlamaIndexNode>(
    nodes: LlamaIndexNodeWithScore<Node>[],
    query?: LlamaIndexQuery,
  ): Promise<LlamaIndexNodeWithScore<Node>[]> {
    if (query === undefined) throw new TypeError('query is missing: a reranker judges nodes by it');
    const given = [...nodes];
    const response = await this.#reranker.rerank({
      ...this.#options,
      query: queryText(query),
      documents: given.map(({ node }) => toRerankDocument(node)),
    });
    return resultsThenUnjudged(response, this.#options).flatMap(({ index, score, chain }) => {
      const scored = given[index];
      return scored ? [{ node: withChain(scored.node, chain), ...(score !== undefined && { score }) }] : [];
    });
  }
}

function queryText(query: LlamaIndexQuery): string {
  if (typeof query === 'string') return query;
  return query.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : [])).join('\n');
}

function toRerankDocument(node: LlamaIndexNode): RerankDocument {
  const text = node.getContent('NONE' as never);
  const title: unknown = node.metadata['title'];
  return typeof title === 'string' ? { title, text } : { text };
}

function withChain<Node extends LlamaIndexNode>(node: Node, chain: ChainMetadata): Node {
  const copy = node.clone() as Node;
  copy.metadata = { ...node.metadata, [CHAIN_KEY]: chain };
  copy.excludedLlmMetadataKeys = [...new Set([...node.excludedLlmMetadataKeys, CHAIN_KEY])];
  copy.excludedEmbedMetadataKeys = [...new Set([...node.excludedEmbedMetadataKeys, CHAIN_KEY])];
  return copy;
}
