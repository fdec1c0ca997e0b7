/** The call shapes that `serve` understands: bodies to calls, responses to bodies, errors to bodies. Pure functions. */
import { toCohereResponse, toJinaResponse, toTeiResponse } from '../../adapters/responses.ts';
import { checkSelection } from '../../client/check-arguments.ts';
import type { RerankParameters } from '../../client/reranker.ts';
import type { RerankResponse } from '../../client/rerank-result.ts';
import type { RerankDocument, RerankOptions } from '../../protocol/rerank-api.ts';
import {
  checkRerankOptions,
  checkRunOption,
  jsonNameOf,
  RUN_OPTION_NAMES,
} from '../../protocol/run-options.ts';
import { HttpError } from './http-error.ts';

export interface ShapedRequest {
  readonly call: RerankParameters<RerankDocument>;
  readonly respond: (response: RerankResponse, about: ResponseFacts) => unknown;
}

export interface ResponseFacts {
  readonly id: string;
  readonly modelName: string;
}

export interface RerankShape {
  /** @throws HttpError 400, TypeError or RangeError */
  parse(body: unknown, maxDocuments: number): ShapedRequest;
  formatError(status: number, message: string): unknown;
}

/** Cohere v1 and v2, Jina, vLLM and LiteLLM ask alike; Jina's answer has what the others look for. */
const jinaShape: RerankShape = {
  parse: (body, maxDocuments) => {
    const fields = new Fields(body);
    const returnDocuments = fields.boolean('return_documents') ?? true;
    return {
      call: callOf(fields, 'documents', maxDocuments),
      respond: (response, { id, modelName }) => ({
        id,
        ...toJinaResponse(response, { model: modelName, returnDocuments }),
        meta: toCohereResponse(response, { id }).meta,
        ...unjudgedOf(response),
      }),
    };
  },
  formatError: (_status, message) => ({ message, detail: message }),
};

const cohereShape: RerankShape = {
  parse: (body, maxDocuments) => ({
    call: callOf(new Fields(body), 'documents', maxDocuments),
    respond: (response, { id }) => ({ ...toCohereResponse(response, { id }), ...unjudgedOf(response) }),
  }),
  formatError: (_status, message) => ({ message }),
};

/** text-embeddings-inference. Its answer is a bare list, which has no place for documents without a verdict. */
const teiShape: RerankShape = {
  parse: (body, maxDocuments) => {
    const fields = new Fields(body);
    const options = {
      rawScores: fields.boolean('raw_scores') ?? false,
      returnText: fields.boolean('return_text') ?? false,
    };
    return {
      call: callOf(fields, 'texts', maxDocuments),
      respond: (response) => toTeiResponse(response, options),
    };
  },
  formatError: (status, message) => ({
    error: message,
    error_type: status === 429 ? 'Overloaded' : status < 500 ? 'Validation' : 'Backend',
  }),
};

export const RERANK_SHAPES: Readonly<Record<string, RerankShape>> = {
  '/v1/rerank': jinaShape,
  '/v2/rerank': cohereShape,
  '/rerank': teiShape,
};

function callOf(
  fields: Fields,
  documentsField: string,
  maxDocuments: number,
): RerankParameters<RerankDocument> {
  const query = fields.string('query');
  if (query === undefined || query.trim() === '')
    throw new HttpError(400, 'query must be a string, and not blank.');
  const given: RerankParameters<RerankDocument> = {
    query,
    documents: fields.documents(documentsField, maxDocuments),
    topN: fields.count('top_n', 1) ?? fields.count('top_k', 1),
    threshold: fields.number('threshold'),
  };
  checkSelection(given);
  return { ...given, ...checkRerankOptions(runOptions(fields)) };
}

/** @throws TypeError or RangeError that names the field */
function runOptions(fields: Fields): RerankOptions {
  const given = RUN_OPTION_NAMES.flatMap((name) => {
    const field = jsonNameOf(name);
    const value = field === null ? undefined : fields.get(field);
    if (field === null || value === undefined || value === null) return [];
    checkRunOption(name, value, field);
    return [[name, value] as const];
  });
  return Object.fromEntries(given) as RerankOptions;
}

/** Documents without a verdict have no score, so no result; here they are at least named. */
function unjudgedOf({ unjudged }: RerankResponse): object {
  if (unjudged.length === 0) return {};
  return { unjudged: unjudged.map(({ index, finishReason }) => ({ index, finish_reason: finishReason })) };
}

/** The fields of a body, with their types. Null is as good as absent; fields nobody asks for are ignored. */
class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new HttpError(400, 'The body must be a JSON object.');
    this.#fields = body as Record<string, unknown>;
  }

  string(name: string): string | undefined {
    return this.#typed<string>(name, 'string', 'a string');
  }

  number(name: string): number | undefined {
    return this.#typed<number>(name, 'number', 'a number');
  }

  count(name: string, least: number): number | undefined {
    const value = this.number(name);
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value;
    throw new HttpError(400, `${name} must be a whole number of at least ${least}.`);
  }

  boolean(name: string): boolean | undefined {
    return this.#typed<boolean>(name, 'boolean', 'true or false');
  }

  documents(name: string, most: number): RerankDocument[] {
    const value = this.get(name);
    if (!Array.isArray(value)) throw new HttpError(400, `${name} must be a list of strings.`);
    if (value.length > most)
      throw new HttpError(
        400,
        `${name} has ${value.length} entries; ${most} are allowed. Send them in parts, or raise --max-documents.`,
      );
    return value.map((entry: unknown, index) => toDocument(entry, `${name}[${index}]`));
  }

  #typed<T>(name: string, type: string, wanted: string): T | undefined {
    const value = this.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === type) return value as T;
    throw new HttpError(400, `${name} must be ${wanted}.`);
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }
}

function toDocument(entry: unknown, path: string): RerankDocument {
  if (typeof entry === 'string') return { text: entry };
  const { text, title } = (entry ?? {}) as { readonly text?: unknown; readonly title?: unknown };
  if (typeof text !== 'string')
    throw new HttpError(400, `${path} must be a string, or an object with a text.`);
  return typeof title === 'string' ? { title, text } : { text };
}
