/**
 * Reads a model from a folder: the manifest, then the files of the chosen dtype. All content is untrusted; the folder
 * checks files against the manifest.
 */
import { assert } from '../base/assert.ts';
import { Rank1Error } from '../base/errors.ts';
import { HttpFolder } from './http-folder.ts';
import {
  MANIFEST_FILE,
  parseManifest,
  type Manifest,
  type ManifestFile,
  type ManifestModel,
} from './manifest.ts';
import { readBlob, type ModelFolder } from './model-folder.ts';
import { parseModelSpec, type ModelSpec } from './model-spec.ts';

export interface ModelFiles {
  readonly manifest: Manifest;
  readonly dtype: string;
  readonly model: ManifestModel;
  readonly spec: ModelSpec;
  readonly onnx: Uint8Array;
  /** `path` is the file name that the graph refers to */
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array | Blob }[];
  /** Rejects with `model-corrupt` if weights are not the manifest's: await it before they are used. Null or left out if they were checked. */
  readonly verified?: Promise<unknown> | null;
}

/** Present beside config.json if the checkpoint had one. */
const GENERATION_CONFIG = 'generation_config.json';

export type BytesProgress = (loadedBytes: number, totalBytes: number) => void;

/** Chooses a dtype from the manifest; undefined if none fits. */
export type DtypeChoice = (manifest: Manifest) => string | undefined;

/**
 * @param modelUrl absolute URL of the folder
 * @throws Rank1Error `model-not-found`, `model-corrupt`, `model-unsupported` or `network`
 */
export function fetchModelFiles(
  modelUrl: string,
  dtype: string | undefined,
  onProgress: BytesProgress,
): Promise<ModelFiles> {
  return readModelFiles(new HttpFolder(modelUrl), dtype ?? firstDtype, onProgress);
}

/** Of a folder that is read in several places, so that it is asked once. @throws Rank1Error as `readModelFiles` does */
export async function readManifest(folder: ModelFolder): Promise<Manifest> {
  return parseManifest(await readJson(folder, MANIFEST_FILE));
}

/** @throws Rank1Error `model-not-found`, `model-corrupt`, `model-unsupported`, and the folder's errors */
export async function readModelFiles(
  folder: ModelFolder,
  dtype: string | DtypeChoice,
  onProgress: BytesProgress,
  reading = readManifest(folder),
): Promise<ModelFiles> {
  const manifest = await reading;
  const [chosen, model] = chooseModel(manifest, dtype);
  const [spec, weights] = await Promise.all([
    readSpec(folder, manifest, model),
    readWeights(folder, manifest, model, onProgress),
  ]);
  return { manifest, dtype: chosen, model, spec, ...weights };
}

/**
 * Parsed `tokenizer.json` and `tokenizer_config.json`, asked for beside the manifest.
 * @throws Rank1Error as `readModelFiles` does
 */
export async function readTokenizerFiles(
  folder: ModelFolder,
  manifest = readManifest(folder),
): Promise<{ readonly tokenizerJson: unknown; readonly tokenizerConfig: unknown }> {
  const [tokenizerJson, tokenizerConfig] = await Promise.all([
    readJson(folder, 'tokenizer.json', manifest),
    readJson(folder, 'tokenizer_config.json', manifest),
  ]);
  return { tokenizerJson, tokenizerConfig };
}

async function readSpec(
  folder: ModelFolder,
  manifest: Manifest,
  { maxPositions }: ManifestModel,
): Promise<ModelSpec> {
  const hasGenerationConfig = Object.hasOwn(manifest.files, GENERATION_CONFIG);
  const [config, generationConfig] = await Promise.all([
    readJson(folder, 'config.json', manifest),
    hasGenerationConfig ? readJson(folder, GENERATION_CONFIG, manifest) : undefined,
  ]);
  const spec = parseModelSpec(config, generationConfig);
  return { ...spec, maxPositions: Math.min(spec.maxPositions, maxPositions) };
}

async function readWeights(
  folder: ModelFolder,
  manifest: Manifest,
  model: ManifestModel,
  onProgress: BytesProgress,
): Promise<Pick<ModelFiles, 'onnx' | 'externalData' | 'verified'>> {
  const paths = [model.onnx, ...model.externalData];
  const totalBytes = paths.reduce((sum, path) => sum + listedFile(manifest, path).bytes, 0);
  let loadedBytes = 0;
  const readPart = (path: string) =>
    folder.readWeights(path, listedFile(manifest, path), (bytes) => {
      loadedBytes += bytes;
      onProgress(loadedBytes, totalBytes);
    });
  const [graph, ...weights] = await Promise.all([readPart(model.onnx), ...model.externalData.map(readPart)]);
  await graph.verified; // it is code, unlike the weights
  const verified = Promise.all(weights.map((file) => file.verified));
  verified.catch(() => undefined); // reported to whoever uses the weights
  return {
    onnx: graph.data instanceof Blob ? await readBlob(model.onnx, graph.data) : graph.data,
    externalData: weights.map(({ data }, place) => {
      const path = model.externalData[place]!;
      return { path: path.slice(path.lastIndexOf('/') + 1), data };
    }),
    verified,
  };
}

const firstDtype: DtypeChoice = (manifest) => Object.keys(manifest.models)[0];

/** @throws Rank1Error `model-not-found` */
function chooseModel(manifest: Manifest, dtype: string | DtypeChoice): [string, ManifestModel] {
  const chosen = typeof dtype === 'string' ? dtype : dtype(manifest);
  const model = chosen === undefined ? undefined : manifest.models[chosen];
  if (chosen !== undefined && model !== undefined) return [chosen, model];
  const offered = Object.keys(manifest.models).join(', ');
  throw new Rank1Error(
    'model-not-found',
    `The model has no ${String(chosen)} version; it offers ${offered}.`,
  );
}

/** @param manifest that may list the file; none for the manifest itself */
async function readJson(
  folder: ModelFolder,
  path: string,
  manifest?: Manifest | Promise<Manifest>,
): Promise<unknown> {
  const listed = Promise.resolve(manifest).then((read) => read?.files[path]);
  listed.catch(() => undefined); // reported to whoever read the file
  const text = await folder.readText(path, listed);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Rank1Error(
      'model-corrupt',
      `${path} of the model is not valid JSON. Download the model again.`,
      { cause: error },
    );
  }
}

function listedFile(manifest: Manifest, path: string): ManifestFile {
  const file = manifest.files[path];
  assert(file, 'parseManifest lets no model name a file that is not listed');
  return file;
}
