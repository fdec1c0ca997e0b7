/** A model folder on a server. A file that does not arrive whole, with the checksum of the manifest, is never handed on. */
import { Rank1Error, errorMessage } from '../errors.ts';
import type { ManifestFile } from './manifest.ts';
import { assertChecksum, assertLength, type ModelFolder } from './model-folder.ts';

export class HttpFolder implements ModelFolder {
  readonly address: string;

  /** @param url absolute */
  constructor(url: string) {
    this.address = url.endsWith('/') ? url : `${url}/`;
  }

  async readText(path: string): Promise<string> {
    const response = await this.fetchFile(path);
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw brokenOff(path, error);
    }
    // A server that answers every path with its index page is the usual cause.
    if (!text.trimStart().startsWith('<')) return text;
    throw new Rank1Error(
      'model-not-found',
      `There is no ${path} at ${this.address}: the server answered with a web page. Check the model's address.`,
    );
  }

  async readWeights(
    path: string,
    file: ManifestFile,
    onBytes: (bytes: number) => void,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = allocate(path, file.bytes);
    const response = await this.fetchFile(path);
    let received = 0;
    try {
      for await (const chunk of readChunks(response)) {
        if (received + chunk.length <= file.bytes) bytes.set(chunk, received);
        received += chunk.length;
        if (received > file.bytes) break;
        onBytes(chunk.length);
      }
    } catch (error) {
      throw brokenOff(path, error);
    }
    assertLength(path, received, file.bytes);
    await verifySha256(path, bytes, file.sha256);
    return bytes;
  }

  private async fetchFile(path: string): Promise<Response> {
    const url = new URL(path, this.address);
    let response: Response;
    try {
      response = await fetch(url);
    } catch (error) {
      throw new Rank1Error(
        'network',
        `${url.href} could not be fetched (${errorMessage(error)}). Check the connection and the model's address.`,
        { cause: error },
      );
    }
    if (response.ok) return response;
    throw new Rank1Error(
      response.status === 404 ? 'model-not-found' : 'network',
      `${url.href} answered ${response.status}. Check the model's address${response.status === 404 ? '; a model folder holds rank1.json, made by `rank1-rerank convert`' : ' and try again later'}.`,
    );
  }
}

function allocate(path: string, numBytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(numBytes);
  } catch (error) {
    throw new Rank1Error(
      'out-of-memory',
      `There is no memory for the ${numBytes} bytes of ${path}. Close other tabs, or take a smaller model or dtype.`,
      { cause: error },
    );
  }
}

/** Browsers offer hashing to pages served over HTTPS or from localhost only; elsewhere the length must do. */
async function verifySha256(path: string, bytes: Uint8Array<ArrayBuffer>, expected: string): Promise<void> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!subtle) return;
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  const actual = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  assertChecksum(path, actual, expected);
}

async function* readChunks(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops reading early wants no more of it; a body that has ended or failed does not mind.
    await reader.cancel().catch(() => undefined);
  }
}

function brokenOff(path: string, error: unknown): Rank1Error {
  return new Rank1Error('network', `The download of ${path} broke off (${errorMessage(error)}). Try again.`, {
    cause: error,
  });
}
