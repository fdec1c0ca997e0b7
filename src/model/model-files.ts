/**
 * Reads a model from a folder: the manifest, then the files of the chosen dtype. All content is untrusted; the folder
 * checks weight files against the manifest.
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
  /** parsed `tokenizer.json` and `tokenizer_config.json` */
  readonly tokenizerJson: unknown;
  readonly tokenizerConfig: unknown;
  readonly onnx: Uint8Array;
  /** `path` is the file name that the graph refers to */
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array | Blob }[];
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

/** @throws Rank1Error `model-not-found`, `model-corrupt`, `model-unsupported`, and the folder's errors */
export async function readModelFiles(
  folder: ModelFolder,
  dtype: string | DtypeChoice,
  onProgress: BytesProgress,
): Promise<ModelFiles> {
  const manifest = parseManifest(await readJson(folder, MANIFEST_FILE));
  const [chosen, model] = chooseModel(manifest, dtype);
  const generationConfig = Object.hasOwn(manifest.files, GENERATION_CONFIG)
    ? await readJson(folder, GENERATION_CONFIG)
    : undefined;
  const config = parseModelSpec(await readJson(folder, 'config.json'), generationConfig);
  const spec = { ...config, maxPositions: Math.min(config.maxPositions, model.maxPositions) };
  const paths = [model.onnx, ...model.externalData];
  const totalBytes = paths.reduce((sum, path) => sum + listedFile(manifest, path).bytes, 0);
  let loadedBytes = 0;
  const readPart = (path: string) =>
    folder.readWeights(path, listedFile(manifest, path), (bytes) => {
      loadedBytes += bytes;
      onProgress(loadedBytes, totalBytes);
    });
  const onnx = await readPart(model.onnx);
  const externalData = [];
  for (const path of model.externalData) {
    externalData.push({ path: path.slice(path.lastIndexOf('/') + 1), data: await readPart(path) });
  }
  return {
    manifest,
    dtype: chosen,
    model,
    spec,
    tokenizerJson: await readJson(folder, 'tokenizer.json'),
    tokenizerConfig: await readJson(folder, 'tokenizer_config.json'),
    onnx: onnx instanceof Blob ? await readBlob(model.onnx, onnx) : onnx,
    externalData,
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

async function readJson(folder: ModelFolder, path: string): Promise<unknown> {
  const text = await folder.readText(path);
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
