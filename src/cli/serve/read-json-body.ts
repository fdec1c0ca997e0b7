/** Reads a request's JSON body in bounded memory and time: size and depth are limited before parsing. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HttpError } from './http-error.ts';

/** A rerank request needs three levels. */
const MAX_DEPTH = 32;

export interface JsonBody {
  readonly value: unknown;
  /** unpacked */
  readonly numBytes: number;
}

/** @throws HttpError 400, 413 or 415 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<JsonBody> {
  const type = request.headers['content-type'] ?? '';
  // Pages of another origin can send any other content type without a preflight.
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new HttpError(415, 'Send the request as JSON, with the header content-type: application/json.');
  const bytes = await readBytes(request, maxBytes);
  const text = decode(bytes);
  assertShallow(text);
  try {
    return { value: JSON.parse(text), numBytes: bytes.length };
  } catch {
    throw new HttpError(400, 'The body is not JSON.');
  }
}

/** Memory to reserve until a request's body is read: its Content-Length if that is its size, else the maximum. */
export function announcedBytes(request: IncomingMessage, maxBytes: number): number {
  const length = Number(request.headers['content-length'] ?? NaN);
  if (length > maxBytes) throw tooLarge(maxBytes);
  return Number.isNaN(length) || encodingOf(request) !== 'identity' ? maxBytes : length;
}

function encodingOf(request: IncomingMessage): string {
  return (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
}

const UNPACKERS = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

/** The decompressed body; the limit applies to the output. @throws HttpError 415 */
function unpacked(request: IncomingMessage): Readable {
  const encoding = encodingOf(request);
  if (encoding === 'identity') return request;
  if (!Object.hasOwn(UNPACKERS, encoding))
    throw new HttpError(415, 'Send the body uncompressed, or compressed with gzip, deflate or br.', {
      'accept-encoding': 'gzip, deflate, br',
    });
  const unpacker = UNPACKERS[encoding as keyof typeof UNPACKERS]();
  request.on('error', (error) => unpacker.destroy(error));
  request.on('aborted', () => unpacker.destroy(new HttpError(400, 'The body broke off.')));
  return request.pipe(unpacker);
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let numBytes = 0;
    const body = unpacked(request);
    body.on('data', (chunk: Buffer) => {
      numBytes += chunk.length;
      if (numBytes <= maxBytes) return void chunks.push(chunk);
      // Drains the rest without decompressing it, so that the sender gets to read the response.
      chunks.length = 0;
      if (body !== request) {
        request.unpipe();
        request.resume();
        body.destroy();
      }
      reject(tooLarge(maxBytes));
    });
    body.on('end', () => resolve(Buffer.concat(chunks)));
    body.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code?.startsWith('Z_') || error.code?.startsWith('ERR__ERROR') ? notPacked() : error),
    );
    body.on('close', () => reject(new HttpError(400, 'The body broke off.')));
  });
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(
    413,
    `The body is larger than ${maxBytes} bytes. Send fewer or shorter documents, or raise --max-body.`,
  );
}

function notPacked(): HttpError {
  return new HttpError(400, 'The body is not compressed as its content-encoding says.');
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new HttpError(400, 'The body is not UTF-8.');
  }
}

function assertShallow(json: string): void {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) at = endOfString(json, at);
    else if (character === OPEN_ARRAY || character === OPEN_OBJECT) depth++;
    else if (character === CLOSE_ARRAY || character === CLOSE_OBJECT) depth--;
    if (depth > MAX_DEPTH)
      throw new HttpError(400, `The body is nested deeper than ${MAX_DEPTH} levels; a request needs three.`);
  }
}

const QUOTE = '"'.charCodeAt(0);
const OPEN_ARRAY = '['.charCodeAt(0);
const CLOSE_ARRAY = ']'.charCodeAt(0);
const OPEN_OBJECT = '{'.charCodeAt(0);
const CLOSE_OBJECT = '}'.charCodeAt(0);

/** Position of the closing quote, or of the end if there is none. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let numBackslashes = 0;
    while (json[at - 1 - numBackslashes] === '\\') numBackslashes++;
    if (numBackslashes % 2 === 0) return at;
  }
  return json.length;
}
