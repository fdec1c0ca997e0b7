/** Argument checks at the public edge, before anything is sent: TypeError for the type, RangeError for the value. */
import type { LoadOptions, RerankDocument, RerankOptions } from '../protocol/rerank-api.ts';
import { checkRerankOptions } from '../protocol/run-options.ts';

import type { ListRequest } from './reasons.ts';

export { checkRerankOptions } from '../protocol/run-options.ts';

/** A document, or only its text. */
export type DocumentInput = string | RerankDocument;

/** A string becomes a document with only text. */
export function toDocument(input: DocumentInput): RerankDocument {
  return typeof input === 'string' ? { text: input } : input;
}

export interface ResultSelection {
  /** maximum number of results; default: all */
  readonly topN?: number | undefined;
  /** minimum score of a result, 0 to 1; default 0, so that documents judged irrelevant are results too */
  readonly threshold?: number | undefined;
}

/** @throws TypeError or RangeError */
export function checkSelection({ topN, threshold }: ResultSelection): void {
  checkCount('topN', topN);
  checkNumber('threshold', threshold);
  if (threshold !== undefined && !(threshold >= 0 && threshold <= 1))
    throw new RangeError('threshold must be a score, from 0 to 1');
}

/** A checked call: the request to send, and what is needed to build its response. */
export interface CheckedCall<D extends DocumentInput> {
  readonly request: ListRequest;
  readonly documents: readonly D[];
  readonly selection: ResultSelection;
}

/** @throws TypeError or RangeError */
export function checkCall<D extends DocumentInput>(
  parameters: RerankOptions & ResultSelection & { readonly query: string; readonly documents: readonly D[] },
): CheckedCall<D> {
  const { query, documents, topN, threshold } = parameters;
  const selection = { topN, threshold };
  checkSelection(selection);
  return {
    request: {
      query: checkQuery(query),
      documents: checkDocuments(documents),
      options: checkRerankOptions(parameters),
    },
    documents: [...documents], // as in the request, whatever becomes of the caller's array
    selection,
  };
}

/** @throws TypeError unless it is an array of strings or of objects with a string `text`. An empty text is allowed. */
function checkDocuments(documents: unknown): ListRequest['documents'] {
  if (!Array.isArray(documents))
    throw new TypeError('documents must be an array of strings or of {text} objects');
  return documents.map((input: DocumentInput | null | undefined, index) => {
    const document = typeof input === 'string' ? { text: input } : input;
    if (typeof document?.text !== 'string')
      throw new TypeError(`documents[${index}] has no text: it must be a string`);
    if (document.title !== undefined && typeof document.title !== 'string') {
      throw new TypeError(`documents[${index}].title must be a string`);
    }
    return document.title === undefined
      ? { text: document.text }
      : { title: document.title, text: document.text };
  });
}

/** @throws TypeError when it is not a string, RangeError when it is blank. */
function checkQuery(query: unknown): string {
  if (typeof query !== 'string') throw new TypeError('query must be a string');
  if (query.trim() === '') throw new RangeError('query must not be blank');
  return query;
}

/** @throws TypeError or RangeError. Resolves folder URLs against the page, if there is one, and adds a final slash. */
export function checkLoadOptions(options: Partial<LoadOptions>): LoadOptions {
  const { model, modelFiles, device = 'auto', dtype, arithmetic } = options;
  const { workerUrl, assetsUrl, numThreads, warmUp } = options;
  if (typeof model !== 'string' || model === '')
    throw new TypeError('model must be the URL of a model folder');
  if (!['auto', 'webgpu', 'cpu', 'wasm'].includes(device))
    throw new RangeError("device must be 'auto', 'webgpu', 'cpu' or 'wasm'");
  if (arithmetic !== undefined && !['auto', 'exact', 'fast'].includes(arithmetic))
    throw new RangeError("arithmetic must be 'auto', 'exact' or 'fast'");
  if (modelFiles !== undefined && !Object.values(modelFiles).every((file) => file instanceof Blob))
    throw new TypeError('modelFiles must hold a Blob for each path');
  checkCount('numThreads', numThreads);
  return {
    model: parseFolderUrl('model', model),
    device,
    ...(modelFiles !== undefined && { modelFiles: { ...modelFiles } }),
    ...(dtype !== undefined && { dtype }),
    ...(arithmetic !== undefined && { arithmetic }),
    ...(workerUrl !== undefined && { workerUrl: parseUrl('workerUrl', workerUrl) }),
    ...(assetsUrl !== undefined && { assetsUrl: parseFolderUrl('assetsUrl', assetsUrl) }),
    ...(numThreads !== undefined && { numThreads }),
    ...(warmUp !== undefined && { warmUp }),
  };
}

function parseFolderUrl(name: string, url: string): string {
  return parseUrl(name, url.endsWith('/') ? url : `${url}/`);
}

function parseUrl(name: string, url: string): string {
  const base = globalThis.document?.baseURI;
  try {
    return new URL(url, base).href;
  } catch {
    const reason = base === undefined ? ' (outside a page it must be absolute)' : '';
    throw new TypeError(`${name} is not a valid URL: ${url}${reason}`);
  }
}

function checkCount(name: string, value: number | undefined): void {
  checkNumber(name, value);
  if (value !== undefined && !(Number.isInteger(value) && value >= 1))
    throw new RangeError(`${name} must be a whole number of at least 1`);
}

function checkNumber(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'number') throw new TypeError(`${name} must be a number`);
}
