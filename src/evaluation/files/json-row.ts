/** A line of a JSONL file, with type-checked fields. */
import { checkId } from './ids.ts';
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';
import { readLines } from './lines.ts';
import type { SourceFile } from './source-file.ts';

/** @throws Rank1Error invalid-file at the first line that is not a JSON object */
export async function* readJsonRows(source: SourceFile, maxLineLength?: number): AsyncGenerator<JsonRow> {
  for await (const { file, line, text } of readLines(source, maxLineLength)) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw invalidFile(
        { file, line },
        `${quoted(text)} is not JSON`,
        'Every line must be one JSON object; Python writes NaN and Infinity, which JSON does not have.',
      );
    }
    yield JsonRow.of(value, 'the line', { file, line });
  }
}

/** An object from a file. Reads own fields only, so `__proto__` or `constructor` in a file has no effect. */
export class JsonRow {
  readonly #fields: object;
  readonly #path: string;
  readonly place: FilePlace;

  private constructor(
    fields: object,
    /** location of the object, for messages: `the line`, `candidates[3]` */
    path: string,
    place: FilePlace,
  ) {
    this.#fields = fields;
    this.#path = path;
    this.place = place;
  }

  static of(value: unknown, path: string, place: FilePlace): JsonRow {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return new JsonRow(value, path, place);
    throw invalidFile(
      place,
      `${path} is not a JSON object`,
      'Check that the file is of the format you chose.',
    );
  }

  has(key: string): boolean {
    return this.#field(key) !== undefined;
  }

  /** Entries of an object field; empty if absent. */
  entries(key: string): [string, unknown][] {
    return this.has(key) ? Object.entries(this.row(key).#fields) : [];
  }

  row(key: string): JsonRow {
    return JsonRow.of(this.#field(key), this.#pathOf(key), this.place);
  }

  rows(key: string): JsonRow[] {
    const value = this.#field(key);
    if (!Array.isArray(value)) throw this.#wrong(key, 'an array');
    return value.map((item, index) => JsonRow.of(item, `${this.#pathOf(key)}[${index}]`, this.place));
  }

  string(key: string): string {
    const value = this.#field(key);
    if (typeof value !== 'string') throw this.#wrong(key, 'a string');
    return value;
  }

  /** A query or document id. Some tools write numeric ids as numbers. */
  id(key: string): string {
    const value = this.#field(key);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    if (typeof value !== 'string') throw this.#wrong(key, 'an id: a string or an integer');
    return checkId(value, this.#pathOf(key), this.place);
  }

  number(key: string): number {
    const value = this.#field(key);
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#wrong(key, 'a finite number');
    return value;
  }

  integer(key: string): number {
    const value = this.#field(key);
    if (!Number.isSafeInteger(value)) throw this.#wrong(key, 'an integer');
    return value as number;
  }

  boolean(key: string): boolean {
    const value = this.#field(key);
    if (typeof value !== 'boolean') throw this.#wrong(key, 'true or false');
    return value;
  }

  integers(key: string): number[] {
    const value = this.#field(key);
    if (!Array.isArray(value) || !value.every(Number.isSafeInteger))
      throw this.#wrong(key, 'an array of integers');
    return value as number[];
  }

  /** `read` applied to the field, or null if it is null or absent. */
  optional<T>(key: string, read: (key: string) => T): T | null {
    const value = this.#field(key);
    return value === null || value === undefined ? null : read.call(this, key);
  }

  #field(key: string): unknown {
    return Object.hasOwn(this.#fields, key) ? (this.#fields as Record<string, unknown>)[key] : undefined;
  }

  #pathOf(key: string): string {
    return this.#path === 'the line' ? `"${key}"` : `"${key}" of ${this.#path}`;
  }

  #wrong(key: string, wanted: string): Error {
    const found = this.has(key) ? `is not ${wanted}` : 'is missing';
    return invalidFile(this.place, `${this.#pathOf(key)} ${found}`, `It must be ${wanted}.`);
  }
}
