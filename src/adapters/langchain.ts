/**
 * A document compressor for LangChain.js: `new Rank1DocumentCompressor({ reranker, topN: 5 })`, standalone or in a
 * `ContextualCompressionRetriever`. Score in `metadata.relevanceScore`, chain in `metadata.rank1`.
 */
import { Document, type DocumentInterface } from '@langchain/core/documents';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import type { Reranker } from '../client/reranker.ts';
import type { RerankDocument } from '../protocol/rerank-api.ts';
import { resultsThenUnjudged, type AdapterOptions } from './chain-metadata.ts';

export interface Rank1DocumentCompressorFields extends AdapterOptions {
  readonly reranker: Pick<Reranker, 'rerank'>;
}

/**
 * Returns documents best first; those without a verdict come last, without a `relevanceScore`.
 * @example
 * const reranker = createReranker({ model: '/models/rank1-rerank-model/' });
 * const compressor = new Rank1DocumentCompressor({ reranker, topN: 5 });
 * const best = await compressor.compressDocuments(documents, query);
 */
export class Rank1DocumentCompressor extends BaseDocumentCompressor {
  readonly #reranker: Pick<Reranker, 'rerank'>;
  readonly #options: AdapterOptions;

  constructor({ reranker, ...options }: Rank1DocumentCompressorFields) {
    super();
    this.#reranker = reranker;
    this.#options = options;
  }

  /** Does not modify the input documents. A `metadata.title` is judged with the text. */
  override async compressDocuments(
    documents: DocumentInterface[],
    query: string,
  ): Promise<DocumentInterface[]> {
    const given = [...documents];
    const response = await this.#reranker.rerank({
      ...this.#options,
      query,
      documents: given.map(toRerankDocument),
    });
    return resultsThenUnjudged(response, this.#options).flatMap(({ index, score, chain }) => {
      const document = given[index];
      if (!document) return [];
      // A score that is there already is another reranker's.
      const { relevanceScore: _earlier, ...kept } = document.metadata;
      const metadata = {
        ...kept,
        ...(score !== undefined && { relevanceScore: score }),
        rank1: chain,
      };
      const { pageContent, id } = document;
      return [new Document({ pageContent, metadata, ...(id !== undefined && { id }) })];
    });
  }
}

function toRerankDocument({ pageContent, metadata }: DocumentInterface): RerankDocument {
  const title: unknown = metadata['title'];
  return typeof title === 'string' ? { title, text: pageContent } : { text: pageContent };
}
