/**
 * Fetches a model folder over HTTP: manifest first, then what the chosen dtype needs, each file checked for
 * its length and its SHA-256. A file that does not arrive whole is never handed on.
 */
import { assert } from '../assert.ts';
import { Rank1Error, errorMessage } from '../errors.ts';
import {
  MANIFEST_FILE,
  parseManifest,
  type Manifest,
  type ManifestFile,
  type ManifestModel,
} from './manifest.ts';
import { parseModelSpec, type ModelSpec } from './model-spec.ts';

export interface ModelFiles {
  readonly manifest: Manifest;
  readonly dtype: string;
  readonly model: ManifestModel;
  readonly spec: ModelSpec;
  /** parsed `tokenizer.json` and `tokenizer_config.json` */
  readonly tokenizerJson: unknown;
  readonly tokenizerConfig: unknown;
  readonly onnx: Uint8Array;
  /** `path` is the name the graph refers to */
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

export type BytesProgress = (loadedBytes: number, totalBytes: number) => void;

/**
 * @param modelUrl absolute URL of the folder
 * @throws Rank1Error `model-not-found`, `model-corrupt`, `model-unsupported` or `network`
 */
export async function fetchModelFiles(
  modelUrl: string,
  dtype: string | undefined,
  onProgress: BytesProgress,
): Promise<ModelFiles> {
  const baseUrl = modelUrl.endsWith('/') ? modelUrl : `${modelUrl}/`;
  const manifest = parseManifest(await fetchJson(baseUrl, MANIFEST_FILE));
  const chosen = dtype ?? Object.keys(manifest.models)[0];
  const model = chosen === undefined ? undefined : manifest.models[chosen];
  if (chosen === undefined || model === undefined) {
    const offered = Object.keys(manifest.models).join(', ');
    throw new Rank1Error(
      'model-not-found',
      `The model has no ${String(chosen)} version; it offers ${offered}.`,
    );
  }
  const config = parseModelSpec(await fetchJson(baseUrl, 'config.json'));
  const spec = { ...config, maxPositions: Math.min(config.maxPositions, model.maxPositions) };
  const paths = [model.onnx, ...model.externalData];
  const totalBytes = paths.reduce((sum, path) => sum + listedFile(manifest, path).bytes, 0);
  let loadedBytes = 0;
  const fetchPart = (path: string) =>
    fetchBytes(baseUrl, path, listedFile(manifest, path), (bytes) => {
      loadedBytes += bytes;
      onProgress(loadedBytes, totalBytes);
    });
  const onnx = await fetchPart(model.onnx);
  const externalData = [];
  for (const path of model.externalData) {
    externalData.push({ path: path.slice(path.lastIndexOf('/') + 1), data: await fetchPart(path) });
  }
  return {
    manifest,
    dtype: chosen,
    model,
    spec,
    tokenizerJson: await fetchJson(baseUrl, 'tokenizer.json'),
    tokenizerConfig: await fetchJson(baseUrl, 'tokenizer_config.json'),
    onnx,
    externalData,
  };
}

async function fetchJson(baseUrl: string, path: string): Promise<unknown> {
  const response = await fetchFile(baseUrl, path);
  const text = await readText(response, path);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // A server that answers every path with its index page is the usual cause.
    const isPage = text.trimStart().startsWith('<');
    throw new Rank1Error(
      isPage ? 'model-not-found' : 'model-corrupt',
      isPage
        ? `There is no ${path} at ${baseUrl}: the server answered with a web page. Check the model's address.`
        : `${path} of the model is not valid JSON. Download the model again.`,
      { cause: error },
    );
  }
}

async function readText(response: Response, path: string): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw brokenOff(path, error);
  }
}

async function fetchBytes(
  baseUrl: string,
  path: string,
  file: ManifestFile,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = allocate(path, file.bytes);
  const response = await fetchFile(baseUrl, path);
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
  if (received !== file.bytes) {
    throw new Rank1Error(
      'model-corrupt',
      `${path} of the model has ${received} bytes, not ${file.bytes} as its manifest says: it is truncated or was changed. Download the model again.`,
    );
  }
  await verifySha256(path, bytes, file.sha256);
  return bytes;
}

function listedFile(manifest: Manifest, path: string): ManifestFile {
  const file = manifest.files[path];
  assert(file, 'parseManifest lets no model name a file that is not listed');
  return file;
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
  if (actual === expected) return;
  throw new Rank1Error(
    'model-corrupt',
    `${path} of the model does not match the checksum in its manifest: it was damaged or changed. Download the model again.`,
  );
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

async function fetchFile(baseUrl: string, path: string): Promise<Response> {
  const url = new URL(path, baseUrl);
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
