/**
 * Fetches a model folder over HTTP: manifest first, then what the chosen dtype needs, each file checked for
 * its length. A file that does not arrive whole is never handed on.
 */
import { Rank1Error, errorMessage } from '../errors.ts';
import { MANIFEST_FILE, parseManifest, type Manifest, type ManifestModel } from './manifest.ts';
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
  const totalBytes = paths.reduce((sum, path) => sum + (manifest.files[path]?.bytes ?? 0), 0);
  let loadedBytes = 0;
  const fetchPart = (path: string) =>
    fetchBytes(baseUrl, path, manifest.files[path]?.bytes ?? 0, (bytes) => {
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
  const text = await response.text();
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

async function fetchBytes(
  baseUrl: string,
  path: string,
  expectedBytes: number,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array> {
  const response = await fetchFile(baseUrl, path);
  const bytes = new Uint8Array(expectedBytes);
  let received = 0;
  try {
    for await (const chunk of readChunks(response)) {
      if (received + chunk.length <= expectedBytes) bytes.set(chunk, received);
      received += chunk.length;
      onBytes(chunk.length);
    }
  } catch (error) {
    throw new Rank1Error(
      'network',
      `The download of ${path} broke off (${errorMessage(error)}). Try again.`,
      {
        cause: error,
      },
    );
  }
  if (received !== expectedBytes) {
    throw new Rank1Error(
      'model-corrupt',
      `${path} of the model has ${received} bytes, not ${expectedBytes} as its manifest says: it is truncated or was changed. Download the model again.`,
    );
  }
  return bytes;
}

async function* readChunks(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
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
