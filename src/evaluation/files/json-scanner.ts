/**
 * Streaming JSON parser that reports each value with its path and line.
 * Score files are one object with millions of entries, often on a single line. `JSON.parse` would need the
 * whole text as one string, reports no lines, and silently accepts duplicate keys. Invariant: memory is
 * bounded by the keys of the open objects, not by the file's length.
 */
import { assert } from '../../base/assert.ts';
import { entriesLimit, tooManyEntries } from './entries-limit.ts';
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';
import { decodeText, type SourceFile } from './source-file.ts';

export type JsonScalar = string | number | boolean | null;
/** Object keys and array indices from the root. The array is reused: copy it to keep it. */
export type JsonPath = readonly (string | number)[];

export interface JsonHandler {
  /**
   * A string, number, boolean or null.
   * @param literal as it is written
   */
  scalar(path: JsonPath, value: JsonScalar, place: FilePlace, literal: string): void;
  /** An object or array begins. */
  open?(path: JsonPath, kind: 'object' | 'array', place: FilePlace): void;
}

interface Container {
  readonly kind: 'object' | 'array';
  readonly keys: Set<string>;
}

const MAX_DEPTH = 64;
const MAX_TOKEN_LENGTH = 16 * 1024 * 1024;
const WORD_END = /[\s,:[\]{}"]/g;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** @throws Rank1Error invalid-file with file and line if the file is not one JSON document in UTF-8 */
export async function scanJson(source: SourceFile, handler: JsonHandler): Promise<void> {
  const scanner = new JsonScanner(source, handler);
  for await (const text of decodeText(source)) scanner.write(text);
  scanner.end();
}

class JsonScanner {
  readonly #file: string;
  readonly #handler: JsonHandler;
  /** limit per object */
  readonly #maxKeys: number;
  readonly #containers: Container[] = [];
  readonly #path: (string | number)[] = [];
  #line = 1;
  #buffer = '';
  #position = 0;
  #isLast = false;
  /** where to resume searching for the end of an incomplete token, relative to its start */
  #searched = 1;
  /** what may come next */
  #expect: 'value' | 'first-value' | 'key' | 'first-key' | 'colon' | 'comma' | 'nothing' = 'value';

  constructor(source: SourceFile, handler: JsonHandler) {
    this.#file = source.name;
    this.#maxKeys = entriesLimit(source);
    this.#handler = handler;
  }

  write(text: string): void {
    this.#buffer = this.#buffer.slice(this.#position) + text;
    this.#position = 0;
    while (this.#step());
    if (this.#buffer.length - this.#position > MAX_TOKEN_LENGTH) {
      throw this.#invalid(`a value longer than ${MAX_TOKEN_LENGTH} characters`);
    }
  }

  end(): void {
    this.#isLast = true;
    this.write('');
    if (this.#expect === 'nothing') return;
    const isBlank = this.#containers.length === 0 && this.#position === this.#buffer.length;
    if (isBlank)
      throw invalidFile(this.#place(), 'the file is empty', 'Check that it was written to its end.');
    throw this.#invalid('the file ends too early');
  }

  /** Consumes one token; false if it is incomplete so far. */
  #step(): boolean {
    const buffer = this.#buffer;
    let code = buffer.charCodeAt(this.#position);
    for (
      ;
      code === 32 || code === 10 || code === 13 || code === 9;
      code = buffer.charCodeAt(++this.#position)
    ) {
      if (code === 10) this.#line++;
    }
    if (this.#position >= buffer.length) return false;
    const character = buffer[this.#position]!;
    if (character === '"') return this.#string();
    if (!'{}[],:'.includes(character)) return this.#word();
    this.#position++;
    this.#punctuation(character);
    return true;
  }

  #punctuation(character: string): void {
    const inside = this.#containers.at(-1);
    if (character === '{' || character === '[') this.#openContainer(character === '{' ? 'object' : 'array');
    else if (character === ':' && this.#expect === 'colon') this.#expect = 'value';
    else if (character === ',' && this.#expect === 'comma' && inside) {
      const last = this.#path.pop();
      if (inside.kind === 'array') this.#path.push((last as number) + 1);
      this.#expect = inside.kind === 'array' ? 'value' : 'key';
    } else if (inside && character === (inside.kind === 'object' ? '}' : ']') && this.#mayClose()) {
      this.#containers.pop();
      if (inside.kind === 'array' || this.#expect === 'comma') this.#path.pop();
      this.#afterValue();
    } else throw this.#unexpected(character);
  }

  #mayClose(): boolean {
    return this.#expect === 'comma' || this.#expect === 'first-key' || this.#expect === 'first-value';
  }

  #openContainer(kind: 'object' | 'array'): void {
    this.#expectValue(kind === 'object' ? '{' : '[');
    if (this.#containers.length === MAX_DEPTH)
      throw this.#invalid(`values nested more than ${MAX_DEPTH} deep`);
    this.#handler.open?.(this.#path, kind, this.#place());
    this.#containers.push({ kind, keys: new Set() });
    if (kind === 'array') this.#path.push(0);
    this.#expect = kind === 'object' ? 'first-key' : 'first-value';
  }

  #string(): boolean {
    const start = this.#position;
    let end = this.#buffer.indexOf('"', start + this.#searched);
    while (end >= 0 && isEscaped(this.#buffer, end)) end = this.#buffer.indexOf('"', end + 1);
    if (end < 0) {
      if (this.#isLast) throw this.#invalid('a string without its closing quote');
      this.#searched = this.#buffer.length - start;
      return false;
    }
    this.#position = end + 1;
    this.#searched = 1;
    const literal = this.#buffer.slice(start, end + 1);
    let value: string;
    try {
      value = JSON.parse(literal) as string;
    } catch {
      throw this.#invalid(`the string ${quoted(literal)} has a raw line break or a bad escape`);
    }
    if (this.#expect === 'key' || this.#expect === 'first-key') this.#key(value);
    else this.#scalar(value, literal);
    return true;
  }

  #key(key: string): void {
    const keys = this.#containers.at(-1)?.keys;
    assert(keys, 'a key belongs to an object');
    if (keys.has(key)) throw this.#invalid(`the key ${quoted(key)} occurs twice in one object`);
    if (keys.size === this.#maxKeys) throw tooManyEntries(this.#place(), this.#maxKeys);
    keys.add(key);
    this.#path.push(key);
    this.#expect = 'colon';
  }

  #word(): boolean {
    WORD_END.lastIndex = this.#position;
    const end = WORD_END.exec(this.#buffer)?.index ?? this.#buffer.length;
    if (end === this.#buffer.length && !this.#isLast) return false;
    const word = this.#buffer.slice(this.#position, end);
    this.#position = end;
    if (word === 'true' || word === 'false') this.#scalar(word === 'true', word);
    else if (word === 'null') this.#scalar(null, word);
    else if (!NUMBER.test(word)) throw this.#unexpected(word);
    else if (!Number.isFinite(Number(word))) throw this.#invalid(`${quoted(word)} is too large for a number`);
    else this.#scalar(Number(word), word);
    return true;
  }

  #scalar(value: JsonScalar, literal: string): void {
    this.#expectValue(literal);
    this.#handler.scalar(this.#path, value, this.#place(), literal);
    this.#afterValue();
  }

  #expectValue(literal: string): void {
    if (this.#expect !== 'value' && this.#expect !== 'first-value') throw this.#unexpected(literal);
  }

  #afterValue(): void {
    this.#expect = this.#containers.length === 0 ? 'nothing' : 'comma';
  }

  #place(): FilePlace {
    return { file: this.#file, line: this.#line };
  }

  #unexpected(text: string): Error {
    return this.#invalid(`${quoted(text)} where JSON does not allow it`);
  }

  #invalid(problem: string): Error {
    return invalidFile(
      this.#place(),
      problem,
      'The file must be one whole JSON document; Python writes NaN and Infinity, which JSON does not have.',
    );
  }
}

/** Whether the character at `index` follows an odd number of backslashes. */
function isEscaped(text: string, index: number): boolean {
  let start = index;
  while (text[start - 1] === '\\') start--;
  return (index - start) % 2 === 1;
}
