/** Caller's faults, found at the public edge before anything is sent: TypeError for a wrong kind, RangeError for a wrong value. */
import type { LoadOptions, RerankDocument, RerankRequest } from '../protocol/rerank-api.ts';

export { checkRerankOptions } from '../protocol/run-options.ts';

export type DocumentInput = string | RerankDocument;

/** A string stands for a document that has only text. */
export function toDocument(input: DocumentInput): RerankDocument {
  return typeof input === 'string' ? { text: input } : input;
}

/** @throws TypeError unless it is an array of strings or of objects with a string `text`. An empty text is allowed. */
export function checkDocuments(documents: unknown): RerankRequest['documents'] {
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

/** @throws TypeError when it is no string, RangeError when it is blank. */
export function checkQuery(query: unknown): string {
  if (typeof query !== 'string') throw new TypeError('query must be a string');
  if (query.trim() === '') throw new RangeError('query must not be blank');
  return query;
}

/** @throws TypeError or RangeError. Folders become absolute (against the page, where there is one) and end with a slash. */
export function checkLoadOptions(options: Partial<LoadOptions>): LoadOptions {
  const { model, modelFiles, device = 'auto', dtype, assetsUrl, warmUp } = options;
  if (typeof model !== 'string' || model === '')
    throw new TypeError('model must be the URL of a model folder');
  if (!['auto', 'webgpu', 'cpu', 'wasm'].includes(device))
    throw new RangeError("device must be 'auto', 'webgpu', 'cpu' or 'wasm'");
  if (modelFiles !== undefined && !Object.values(modelFiles).every((file) => file instanceof Blob))
    throw new TypeError('modelFiles must hold a Blob for each path');
  return {
    model: parseFolderUrl('model', model),
    device,
    ...(modelFiles !== undefined && { modelFiles }),
    ...(dtype !== undefined && { dtype }),
    ...(assetsUrl !== undefined && { assetsUrl: parseFolderUrl('assetsUrl', assetsUrl) }),
    ...(warmUp !== undefined && { warmUp }),
  };
}

function parseFolderUrl(name: string, url: string): string {
  try {
    return new URL(url.endsWith('/') ? url : `${url}/`, globalThis.document?.baseURI).href;
  } catch {
    throw new TypeError(`${name} is not a valid URL: ${url}`);
  }
}
