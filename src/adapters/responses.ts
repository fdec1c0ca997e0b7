/**
 * Results in the response shapes of well-known rerank services, for code written against one of them. Each result has
 * one extra field, `metadata.rank1`, with the verdict and the chain. Documents without a verdict are omitted: they have
 * no score, which all of these shapes require. Scores are from 0 to 1.
 *
 * @example
 * const response = await reranker.rerank({ query, documents });
 * return Response.json(toCohereResponse(response, { id: crypto.randomUUID() }));
 */
import { toDocument } from '../client/check-arguments.ts';
import type { RerankResponse, RerankResult } from '../client/rerank-result.ts';
import { chainMetadata, type ChainMetadata } from './chain-metadata.ts';

interface WithChain {
  readonly metadata: { readonly rank1: ChainMetadata };
}

interface ShapeOptions {
  /** name reported to the client */
  readonly model: string;
  /** Whether results include the document's text. Default as in the service: true for Jina, false for Voyage. */
  readonly returnDocuments?: boolean;
}

export interface CohereRerankResponse {
  readonly id: string;
  readonly results: readonly ({ readonly index: number; readonly relevance_score: number } & WithChain)[];
  readonly meta: { readonly tokens: { readonly input_tokens: number; readonly output_tokens: number } };
}

/** Cohere v2, `POST /v2/rerank`. @param id of the response, chosen by the caller */
export function toCohereResponse(
  response: RerankResponse,
  { id }: { readonly id: string },
): CohereRerankResponse {
  const { numPromptTokens, numNewTokens } = response.usage;
  return {
    id,
    results: response.results.map((result) => ({
      index: result.index,
      relevance_score: result.score,
      ...chainOf(result),
    })),
    meta: { tokens: { input_tokens: numPromptTokens, output_tokens: numNewTokens } },
  };
}

export interface JinaRerankResponse {
  readonly model: string;
  readonly usage: { readonly total_tokens: number };
  readonly results: readonly ({
    readonly index: number;
    readonly relevance_score: number;
    readonly document?: { readonly text: string };
  } & WithChain)[];
}

/** Jina, `POST /v1/rerank`; also the format of vLLM and LiteLLM. */
export function toJinaResponse(
  response: RerankResponse,
  { model, returnDocuments = true }: ShapeOptions,
): JinaRerankResponse {
  return {
    model,
    usage: { total_tokens: totalTokens(response) },
    results: response.results.map((result) => ({
      index: result.index,
      relevance_score: result.score,
      ...(returnDocuments && { document: { text: toDocument(result.document).text } }),
      ...chainOf(result),
    })),
  };
}

export interface VoyageRerankResponse {
  readonly object: 'list';
  readonly data: readonly ({
    readonly index: number;
    readonly relevance_score: number;
    readonly document?: string;
  } & WithChain)[];
  readonly model: string;
  readonly usage: { readonly total_tokens: number };
}

/** Voyage AI, `POST /v1/rerank`. */
export function toVoyageResponse(
  response: RerankResponse,
  { model, returnDocuments = false }: ShapeOptions,
): VoyageRerankResponse {
  return {
    object: 'list',
    data: response.results.map((result) => ({
      index: result.index,
      relevance_score: result.score,
      ...(returnDocuments && { document: toDocument(result.document).text }),
      ...chainOf(result),
    })),
    model,
    usage: { total_tokens: totalTokens(response) },
  };
}

export type TeiRerankResponse = readonly ({
  readonly index: number;
  readonly score: number;
  readonly text?: string;
} & WithChain)[];

/** Hugging Face text-embeddings-inference, `POST /rerank`. With `rawScores`, scores are logit differences (unbounded). */
export function toTeiResponse(
  response: RerankResponse,
  {
    rawScores = false,
    returnText = false,
  }: { readonly rawScores?: boolean; readonly returnText?: boolean } = {},
): TeiRerankResponse {
  return response.results.map((result) => ({
    index: result.index,
    score: rawScores ? result.logitDifference : result.score,
    ...(returnText && { text: toDocument(result.document).text }),
    ...chainOf(result),
  }));
}

function chainOf(result: RerankResult): WithChain {
  return { metadata: { rank1: chainMetadata(result) } };
}

function totalTokens({ usage }: RerankResponse): number {
  return usage.numPromptTokens + usage.numNewTokens;
}
