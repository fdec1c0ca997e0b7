/** Caller's faults, found at the public edge before anything is sent: TypeError for a wrong kind, RangeError for a wrong value. */
import type { LoadOptions, RerankDocument, RerankOptions, RerankRequest } from '../protocol/rerank-api.ts';

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

/** @throws TypeError or RangeError. Returns a copy with known fields only. */
export function checkRerankOptions(options: RerankOptions = {}): RerankOptions {
  const { instruction, maxNewTokens, maxSlots } = options;
  if (instruction !== undefined && typeof instruction !== 'string')
    throw new TypeError('instruction must be a string');
  checkCount('maxNewTokens', maxNewTokens);
  checkCount('maxSlots', maxSlots);
  return {
    ...(instruction !== undefined && { instruction }),
    ...(maxNewTokens !== undefined && { maxNewTokens }),
    ...(maxSlots !== undefined && { maxSlots }),
  };
}

/** @throws TypeError or RangeError. `model` becomes absolute (against the page, where there is one) and ends with a slash. */
export function checkLoadOptions(options: Partial<LoadOptions>): LoadOptions {
  const { model, device = 'auto', dtype } = options;
  if (typeof model !== 'string' || model === '')
    throw new TypeError('model must be the URL of a model folder');
  if (!['auto', 'webgpu', 'wasm'].includes(device))
    throw new RangeError("device must be 'auto', 'webgpu' or 'wasm'");
  const url = parseModelUrl(model.endsWith('/') ? model : `${model}/`);
  return { model: url, device, ...(dtype !== undefined && { dtype }) };
}

function parseModelUrl(model: string): string {
  try {
    return new URL(model, globalThis.document?.baseURI).href;
  } catch {
    throw new TypeError(`model is not a valid URL: ${model}`);
  }
}

function checkCount(name: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${name} must be a whole number of at least 1`);
}
