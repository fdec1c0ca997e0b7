/**
 * `rank1.json`, the manifest of a model folder: its files with sizes and checksums. The converter writes it
 * last, so a folder without one is not a model. Untrusted when read.
 */
import { errorMessage, Rank1Error } from '../base/errors.ts';
import { parseFastMeasured, type FastMeasured } from './fast-measured.ts';
import { parseScoringProfile } from './parse-scoring-profile.ts';
import { RANK1_PROFILE, type ScoringProfile } from './scoring-profile.ts';

export const MANIFEST_FILE = 'rank1.json';
export const MANIFEST_VERSION = 1;

export interface ManifestFile {
  readonly bytes: number;
  /** lower-case hex */
  readonly sha256: string;
}

/** One `onnx/model_<dtype>.onnx` and the weights beside it; paths are relative to the folder. */
export interface ManifestModel {
  readonly onnx: string;
  readonly externalData: readonly string[];
  /** `scores`: for models without chains; computes only the answers' logits */
  readonly layout: 'rank1' | 'scores' | 'transformersjs';
  /** `scores` only: token ids of the answers, in the order of the graph's logits */
  readonly answerTokenIds?: readonly number[];
  /** element type of the KV cache */
  readonly kvDtype: 'float32' | 'float16';
  /** rows of the graph's rotary tables; positions must be below this */
  readonly maxPositions: number;
  /** largest weight tensor; undefined if unknown */
  readonly largestTensorBytes?: number;
  /** what `fast` arithmetic loses on this model; undefined if that was not measured */
  readonly fastMeasured?: FastMeasured;
}

export interface Manifest {
  readonly version: typeof MANIFEST_VERSION;
  /** by dtype: q4, q8, q4f16, fp16, fp32 */
  readonly models: Readonly<Record<string, ManifestModel>>;
  /** by path relative to the folder: every file but the manifest itself */
  readonly files: Readonly<Record<string, ManifestFile>>;
  /** Prompt and scoring; rank1's protocol if the file has none. */
  readonly profile: ScoringProfile;
  /** Default token limit of a chain; if undefined, the engine's default. */
  readonly defaultMaxNewTokens?: number;
}

/** A path inside the folder: no scheme, no backslash, no empty, `.` or `..` part, no control characters. */
const SAFE_PATH = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/;

/** @throws Rank1Error `model-corrupt` */
export function parseManifest(json: unknown): Manifest {
  const root = record(json, MANIFEST_FILE);
  if (root['version'] !== MANIFEST_VERSION) {
    throw corrupt(`version must be ${MANIFEST_VERSION}`);
  }
  const files = mapRecord(record(root['files'], 'files'), parseFile);
  for (const path of Object.keys(files)) assertSafePath(path);
  const models = mapRecord(record(root['models'], 'models'), (value, dtype) =>
    parseModel(value, dtype, files),
  );
  if (Object.keys(models).length === 0) throw corrupt('models is empty');
  const profile = parseProfile(root['profile']);
  const scoring = Object.entries(models).find(([, { layout }]) => layout === 'scores');
  if (scoring && profile.chain !== 'none') throw corrupt(`the graph of ${scoring[0]} writes no chains`);
  const manifest = { version: MANIFEST_VERSION, models, files, profile } as const;
  const defaultMaxNewTokens = root['defaultMaxNewTokens'];
  if (defaultMaxNewTokens === undefined) return manifest;
  if (!isCount(defaultMaxNewTokens) || defaultMaxNewTokens < 1)
    throw corrupt('defaultMaxNewTokens must be at least 1');
  return { ...manifest, defaultMaxNewTokens };
}

function parseProfile(value: unknown): ScoringProfile {
  if (value === undefined) return RANK1_PROFILE;
  try {
    return parseScoringProfile(value);
  } catch (error) {
    throw corrupt(`profile: ${errorMessage(error)}`);
  }
}

function parseFile(value: unknown, path: string): ManifestFile {
  const { bytes, sha256 } = record(value, `files["${path.slice(0, 80)}"]`);
  if (!isCount(bytes)) throw corrupt(`bytes of ${path.slice(0, 80)} is not a file size`);
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw corrupt(`sha256 of ${path.slice(0, 80)} is not a SHA-256`);
  }
  return { bytes, sha256 };
}

function parseModel(value: unknown, dtype: string, files: Manifest['files']): ManifestModel {
  const {
    onnx,
    externalData,
    layout,
    answerTokenIds,
    kvDtype,
    maxPositions,
    largestTensorBytes,
    fastMeasured,
  } = record(value, `models.${dtype.slice(0, 20)}`);
  const listed = (path: unknown): path is string => typeof path === 'string' && Object.hasOwn(files, path);
  if (!listed(onnx)) throw corrupt(`the graph of ${dtype} is not among the files`);
  if (!Array.isArray(externalData) || !externalData.every(listed)) {
    throw corrupt(`the weights of ${dtype} are not among the files`);
  }
  if (layout !== 'rank1' && layout !== 'scores' && layout !== 'transformersjs')
    throw corrupt(`layout of ${dtype} is unknown`);
  const hasAnswers = Array.isArray(answerTokenIds) && answerTokenIds.every(isCount);
  if (layout === 'scores' && !hasAnswers) throw corrupt(`answerTokenIds of ${dtype} are not token ids`);
  if (kvDtype !== 'float32' && kvDtype !== 'float16') throw corrupt(`kvDtype of ${dtype} is unknown`);
  if (!isCount(maxPositions) || maxPositions < 2) throw corrupt(`maxPositions of ${dtype} is not a length`);
  if (largestTensorBytes !== undefined && !isCount(largestTensorBytes))
    throw corrupt(`largestTensorBytes of ${dtype} is not a size`);
  const measured = fastMeasured === undefined ? undefined : parseFastMeasured(fastMeasured);
  if (measured === null) throw corrupt(`fastMeasured of ${dtype} is not a measurement`);
  return {
    onnx,
    externalData,
    layout,
    ...(layout === 'scores' && { answerTokenIds: answerTokenIds as readonly number[] }),
    kvDtype,
    maxPositions,
    ...(largestTensorBytes !== undefined && { largestTensorBytes }),
    ...(measured && { fastMeasured: measured }),
  };
}

function assertSafePath(path: string): void {
  if (!SAFE_PATH.test(path)) throw corrupt(`the path ${JSON.stringify(path.slice(0, 80))} leaves the folder`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw corrupt(`${what} is not an object`);
}

function mapRecord<T>(
  source: Record<string, unknown>,
  parse: (value: unknown, key: string) => T,
): Record<string, T> {
  const entries = Object.entries(source).map(([key, value]) => [key, parse(value, key)] as const);
  return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));
}

function corrupt(problem: string): Rank1Error {
  return new Rank1Error(
    'model-corrupt',
    `The model's ${MANIFEST_FILE} cannot be used: ${problem}. Convert or download the model again.`,
  );
}
