/**
 * Typed access to a request body's fields. Null counts as absent, unknown fields are ignored, and numbers and
 * booleans may be strings, because pydantic servers accept those and so clients send them.
 */
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { HttpError } from './http-error.ts';

const TRUE = ['true', '1', 'yes', 'on', 't', 'y'];
const FALSE = ['false', '0', 'no', 'off', 'f', 'n'];

export class BodyFields {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    if (!isObject(body)) throw new HttpError(400, 'The body must be a JSON object.');
    this.#fields = body;
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  string(name: string): string | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'string') return value;
    throw new HttpError(400, `${name} must be a string.`);
  }

  number(name: string): number | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'number') return value;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
    if (Number.isFinite(number)) return number;
    throw new HttpError(400, `${name} must be a number.`);
  }

  count(name: string, least: number): number | undefined {
    const value = this.number(name);
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value;
    throw new HttpError(400, `${name} must be a whole number of at least ${least}.`);
  }

  boolean(name: string): boolean | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    const word = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '';
    if (TRUE.includes(word)) return true;
    if (FALSE.includes(word)) return false;
    throw new HttpError(400, `${name} must be true or false.`);
  }

  /** One text, or several. */
  texts(name: string, most: number): readonly string[] | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    const texts: unknown[] = Array.isArray(value) ? value : [value];
    assertCount(name, texts, most);
    if (texts.every((text) => typeof text === 'string')) return texts;
    throw new HttpError(400, `${name} must be a string or a list of strings.`);
  }

  /** @param most limit of the list's length @throws HttpError 400 */
  documents(name: string, most: number): RerankDocument[] {
    const value = this.#get(name);
    if (!Array.isArray(value)) throw new HttpError(400, `${name} must be a list of strings.`);
    assertCount(name, value, most);
    const rankFields = this.texts('rank_fields', most);
    return value.map((entry: unknown, index) => toDocument(entry, `${name}[${index}]`, rankFields));
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? undefined) : undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function assertCount(name: string, entries: readonly unknown[], most: number): void {
  if (entries.length <= most) return;
  throw new HttpError(
    400,
    `${name} has ${entries.length} entries; ${most} are allowed. Send them in parts, or raise --max-documents.`,
  );
}

/** @param rankFields names of an object's fields to read; default `text`, or all fields if there is no `text` */
function toDocument(entry: unknown, path: string, rankFields: readonly string[] | undefined): RerankDocument {
  if (typeof entry === 'string') return { text: entry };
  if (!isObject(entry)) throw new HttpError(400, `${path} must be a string, or an object with a text.`);
  const { text, title } = entry;
  if (rankFields === undefined && typeof text === 'string')
    return typeof title === 'string' ? { title, text } : { text };
  const names = [...new Set(rankFields ?? Object.keys(entry))].filter((name) => Object.hasOwn(entry, name));
  const values = names.map((name) => fieldText(entry[name]));
  if (values.every((value) => value === ''))
    throw new HttpError(400, `${path} has no text${rankFields ? ' in its rank_fields' : ''}.`);
  const isOne = names.length === 1;
  return { text: isOne ? values[0]! : names.map((name, i) => `${name}: ${values[i]}`).join('\n') };
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
