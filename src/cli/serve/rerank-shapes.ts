/**
 * API shapes supported by `serve`: maps request bodies to calls, and responses and errors to bodies. Pure
 * functions.
 */
import {
  toCohereResponse,
  toJinaResponse,
  toTeiResponse,
  toVoyageResponse,
} from '../../adapters/responses.ts';
import { checkSelection } from '../../client/check-arguments.ts';
import type { RerankParameters } from '../../client/reranker-options.ts';
import type { RerankResponse } from '../../client/rerank-result.ts';
import type { RerankDocument, RerankOptions } from '../../protocol/rerank-api.ts';
import {
  checkRunOption,
  jsonNameOf,
  RUN_OPTION_NAMES,
  RUN_OPTIONS,
  withDefaults,
  type RunOption,
} from '../../protocol/run-options.ts';
import { BodyFields } from './body-fields.ts';
import { HttpError } from './http-error.ts';

export interface ShapedRequest {
  /** judged one after another; only vLLM's scores need several */
  readonly calls: readonly RerankParameters<RerankDocument>[];
  /** @param responses one per call */
  readonly respond: (responses: readonly RerankResponse[], about: ResponseFacts) => unknown;
}

export interface ResponseFacts {
  readonly id: string;
  readonly modelName: string;
  readonly fingerprint: string | undefined;
  /** seconds since 1970 */
  readonly created: number;
}

export interface RequestRules {
  readonly maxDocuments: number;
  /** for options that the request does not set */
  readonly defaults: RerankOptions;
}

export interface RerankShape {
  /** @throws HttpError 400, TypeError or RangeError */
  parse(body: unknown, rules: RequestRules): ShapedRequest;
  formatError(status: number, message: string): unknown;
}

/**
 * Jina, Cohere v1, vLLM, LiteLLM and together.ai send the same request and read `results` from the response;
 * Voyage reads `data`. Each ignores the other's fields.
 */
const jinaShape: RerankShape = {
  parse: (body, rules) => {
    const fields = new BodyFields(body);
    const asked = fields.boolean('return_documents');
    return {
      calls: [callOf(fields, rules)],
      respond: ([response], { id, modelName, fingerprint, created }) => {
        const { data } = toVoyageResponse(response!, { model: modelName, returnDocuments: asked === true });
        return {
          id,
          object: 'list',
          created,
          system_fingerprint: fingerprint,
          ...toJinaResponse(response!, { model: modelName, returnDocuments: asked ?? true }),
          data: data.map(({ metadata: _chain, ...result }) => result),
          usage: usageOf([response!]),
          meta: toCohereResponse(response!, { id }).meta,
          ...unjudgedOf(response!),
        };
      },
    };
  },
  formatError: (_status, message) => ({ message, detail: message }),
};

/** Infinity's clients send the same request as vLLM's, but reject documents that are objects, and vLLM's `object`. */
const infinityShape: RerankShape = {
  parse: (body, rules) => {
    const fields = new BodyFields(body);
    const returnDocuments = fields.boolean('return_documents') ?? false;
    return {
      calls: [callOf(fields, rules)],
      respond: ([response], { id, modelName: model, created }) => {
        const { data } = toVoyageResponse(response!, { model, returnDocuments });
        const usage = usageOf([response!]);
        return { id, object: 'rerank', created, model, results: data, usage, ...unjudgedOf(response!) };
      },
    };
  },
  formatError: jinaShape.formatError,
};

const cohereShape: RerankShape = {
  parse: (body, rules) => ({
    calls: [callOf(new BodyFields(body), rules)],
    respond: ([response], { id }) => ({ ...toCohereResponse(response!, { id }), ...unjudgedOf(response!) }),
  }),
  formatError: (_status, message) => ({ message }),
};

/** text-embeddings-inference. Its response is a bare list, with no place for documents without a verdict. */
const teiShape: RerankShape = {
  parse: (body, rules) => {
    const fields = new BodyFields(body);
    const options = {
      rawScores: fields.boolean('raw_scores') ?? false,
      returnText: fields.boolean('return_text') ?? false,
    };
    return {
      calls: [callOf(fields, rules)],
      respond: ([response]) => toTeiResponse(response!, options),
    };
  },
  formatError: (status, message) => ({
    error: message,
    error_type: status === 429 ? 'Overloaded' : status < 500 ? 'Validation' : 'Backend',
  }),
};

/** `/rerank` with `texts` is text-embeddings-inference's; vLLM and LiteLLM send `documents`. */
const eitherShape: RerankShape = {
  parse: (body, rules) => {
    const shape = new BodyFields(body).has('documents') ? jinaShape : teiShape;
    return shape.parse(body, rules);
  },
  formatError: (status, message) => ({
    ...(teiShape.formatError(status, message) as object),
    ...(jinaShape.formatError(status, message) as object),
  }),
};

/** vLLM's scores of pairs, in request order. */
const scoreShape: RerankShape = {
  parse: (body, rules) => {
    const fields = new BodyFields(body);
    const [queryField, documentsField] = ['text_1', 'queries', 'data_1']
      .map((name, i) => [name, ['text_2', 'documents', 'data_2'][i]!] as const)
      .find(([name]) => fields.has(name)) ?? ['text_1', 'text_2'];
    const queries = fields.texts(queryField, rules.maxDocuments) ?? [];
    const documents = fields.texts(documentsField, rules.maxDocuments) ?? [];
    if (queries.length !== 1 && queries.length !== documents.length)
      throw new HttpError(400, `${queryField} must be one text, or as many as ${documentsField} has.`);
    const options = optionsOf(fields, rules.defaults);
    const call = (query: string, texts: readonly string[]) => ({
      query: checkQuery(query, queryField),
      documents: texts.map((text) => ({ text })),
      ...options,
    });
    return {
      calls:
        queries.length === 1
          ? [call(queries[0]!, documents)]
          : queries.map((query, index) => call(query, [documents[index]!])),
      respond: (responses, { id, modelName, created }) => {
        const scores = responses.flatMap(({ results, unjudged }) => {
          const inOrder = new Array<number | null>(results.length + unjudged.length).fill(null);
          for (const { index, score } of results) inOrder[index] = score;
          return inOrder;
        });
        const data = scores.map((score, index) => ({ index, object: 'score', score }));
        return { id, object: 'list', created, model: modelName, data, usage: usageOf(responses) };
      },
    };
  },
  formatError: jinaShape.formatError,
};

export const RERANK_SHAPES: Readonly<Record<string, RerankShape>> = {
  '/v1/rerank': jinaShape,
  '/v1/reranking': jinaShape,
  '/reranking': jinaShape,
  '/v2/rerank': cohereShape,
  '/rerank': eitherShape,
  '/infinity/rerank': infinityShape,
  '/v1/score': scoreShape,
  '/score': scoreShape,
};

function callOf(
  fields: BodyFields,
  { maxDocuments, defaults }: RequestRules,
): RerankParameters<RerankDocument> {
  const topN = fields.count('top_n', 0) ?? fields.count('top_k', 0);
  const given: RerankParameters<RerankDocument> = {
    query: checkQuery(fields.string('query'), 'query'),
    documents: fields.documents(fields.has('texts') ? 'texts' : 'documents', maxDocuments),
    // 0 means all, as in vLLM, where it is the default.
    topN: topN === 0 ? undefined : topN,
    threshold: fields.number('threshold'),
  };
  checkSelection(given);
  return { ...given, ...optionsOf(fields, defaults) };
}

function checkQuery(query: string | undefined, name: string): string {
  if (query !== undefined && query.trim() !== '') return query;
  throw new HttpError(400, `${name} must be a string, and not blank.`);
}

/** @throws TypeError or RangeError naming the field, or options that exclude each other */
function optionsOf(fields: BodyFields, defaults: RerankOptions): RerankOptions {
  const given = RUN_OPTION_NAMES.flatMap((name) => {
    const field = jsonNameOf(name);
    const value = field === null ? undefined : readOption(fields, field, RUN_OPTIONS[name].kind);
    if (field === null || value === undefined) return [];
    checkRunOption(name, value, field);
    return [[name, value] as const];
  });
  return withDefaults(Object.fromEntries(given) as RerankOptions, defaults);
}

function readOption(fields: BodyFields, field: string, kind: RunOption['kind']): unknown {
  if (kind === 'boolean') return fields.boolean(field);
  return kind === 'text' || kind === 'choice' ? fields.string(field) : fields.number(field);
}

/** Field names as in OpenAI, vLLM and together.ai. */
function usageOf(responses: readonly RerankResponse[]): object {
  const sum = (name: 'numPromptTokens' | 'numNewTokens'): number =>
    responses.reduce((total, { usage }) => total + usage[name], 0);
  const [prompt, completion] = [sum('numPromptTokens'), sum('numNewTokens')];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** Documents without a verdict have no score and thus no result; list them here. */
function unjudgedOf({ unjudged }: RerankResponse): object {
  if (unjudged.length === 0) return {};
  return { unjudged: unjudged.map(({ index, finishReason }) => ({ index, finish_reason: finishReason })) };
}
