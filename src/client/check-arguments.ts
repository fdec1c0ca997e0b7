/** Caller's faults, found at the public edge before anything is sent: TypeError for a wrong kind, RangeError for a wrong value. */
import type {
  LoadOptions,
  LongDocuments,
  RerankDocument,
  RerankMode,
  RerankOptions,
  RerankRequest,
} from '../protocol/rerank-api.ts';
import { QUERY_PLACEHOLDER, QUERY_PRESET_NAMES } from '../base/query-presets.ts';

export type DocumentInput = string | RerankDocument;

const MODES: readonly RerankMode[] = ['reason', 'instant'];
const LONG_DOCUMENTS: readonly LongDocuments[] = ['truncate', 'passages'];

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
  const {
    instruction,
    maxNewTokens,
    maxSlots,
    mode,
    rethink,
    samples,
    temperature,
    seed,
    loopGuard,
    queryTemplate,
    preset,
    longDocuments,
  } = options;
  if (instruction !== undefined && typeof instruction !== 'string')
    throw new TypeError('instruction must be a string');
  checkCount('maxNewTokens', maxNewTokens);
  checkCount('maxSlots', maxSlots);
  checkChoice('mode', mode, MODES);
  checkCount('rethink', rethink, 0);
  if (mode === 'instant' && rethink)
    throw new RangeError("rethink needs mode 'reason': an instant answer has no chain to go on with");
  checkSampling(options);
  if (loopGuard !== undefined && typeof loopGuard !== 'boolean')
    throw new TypeError('loopGuard must be true or false');
  checkTemplate(queryTemplate, preset);
  checkChoice('longDocuments', longDocuments, LONG_DOCUMENTS);
  return {
    ...(mode !== undefined && { mode }),
    ...(rethink !== undefined && { rethink }),
    ...(samples !== undefined && { samples }),
    ...(temperature !== undefined && { temperature }),
    ...(seed !== undefined && { seed }),
    ...(loopGuard !== undefined && { loopGuard }),
    ...(queryTemplate !== undefined && { queryTemplate }),
    ...(preset !== undefined && { preset }),
    ...(longDocuments !== undefined && { longDocuments }),
    ...(instruction !== undefined && { instruction }),
    ...(maxNewTokens !== undefined && { maxNewTokens }),
    ...(maxSlots !== undefined && { maxSlots }),
  };
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

function checkSampling({ mode, samples, temperature, seed }: RerankOptions): void {
  checkCount('samples', samples);
  if (mode === 'instant' && samples !== undefined)
    throw new RangeError("samples needs mode 'reason': an instant answer has no chain to sample");
  for (const [name, value] of Object.entries({ temperature, seed })) {
    if (value === undefined) continue;
    if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
    if (samples === undefined) throw new RangeError(`${name} is of sampled chains: give samples too`);
  }
  if (temperature !== undefined && !(temperature >= 0 && temperature < Infinity))
    throw new RangeError('temperature must be a number of at least 0');
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw new RangeError('seed must be an integer');
}

function checkTemplate(queryTemplate: unknown, preset: unknown): void {
  checkChoice('preset', preset, QUERY_PRESET_NAMES);
  if (queryTemplate === undefined) return;
  if (typeof queryTemplate !== 'string') throw new TypeError('queryTemplate must be a string');
  if (!queryTemplate.includes(QUERY_PLACEHOLDER))
    throw new RangeError(`queryTemplate must hold ${QUERY_PLACEHOLDER}, where the query goes`);
  if (preset !== undefined) throw new RangeError('give a queryTemplate or a preset, not both');
}

function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw new RangeError(`${name} must be one of ${choices.join(', ')}`);
}

function checkCount(name: string, value: unknown, least = 1): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(`${name} must be a whole number of at least ${least}`);
}
