/** Loads a model folder from disk into this process, for tests and tools without a browser. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expandModel } from '../src/convert/expand/expand-model.ts';
import { DiskFolder } from '../src/model/node/disk-folder.ts';
import { parseManifest, type ManifestModel } from '../src/model/manifest.ts';
import type { ModelFiles } from '../src/model/model-files.ts';
import { parseModelSpec } from '../src/model/model-spec.ts';
import type { ArithmeticPreference, CpuDevice } from '../src/protocol/rerank-api.ts';
import { ModelRuntime, type PrepareFiles } from '../src/runtime/model-runtime.ts';
import { nodeHost } from '../src/runtime/node/node-host.ts';
import type { LoadedRuntime } from '../src/service/rerank/loaded-runtime.ts';
import { readTokenizer } from '../src/service/rerank/read-tokenizer.ts';

interface OtherGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly layout: ManifestModel['layout'];
}

/**
 * @param folder model folder, as written by `rank1-rerank convert`
 * @param graph replaces the folder's graph; uses the same weights
 */
export function readModelInNode(folder: string, dtype: string, graph?: OtherGraph): ModelFiles {
  const read = (file: string) => readFileSync(path.join(folder, file));
  const readJson = (file: string) => JSON.parse(read(file).toString('utf8')) as unknown;
  const manifest = parseManifest(readJson('rank1.json'));
  const shipped = manifest.models[dtype];
  if (!shipped) throw new Error(`${folder} has no ${dtype} version`);
  const model = graph ? { ...shipped, layout: graph.layout } : shipped;
  const generationConfig = 'generation_config.json';
  const spec = parseModelSpec(
    readJson('config.json'),
    Object.hasOwn(manifest.files, generationConfig) ? readJson(generationConfig) : undefined,
  );
  return {
    manifest,
    dtype,
    model,
    spec,
    onnx: graph?.onnx ?? read(model.onnx),
    externalData: model.externalData.map((file) => ({ path: path.basename(file), data: read(file) })),
  };
}

export type NodeArithmetic = ArithmeticPreference | 'stored';

/** @param arithmetic `stored` leaves the weights unexpanded */
export function prepareWith(arithmetic: NodeArithmetic): PrepareFiles | undefined {
  if (arithmetic === 'stored') return undefined;
  return (files, chosen) => expandModel(files, { preference: arithmetic, ...chosen });
}

export interface NodeLoadOptions {
  readonly graph?: OtherGraph | undefined;
  /** default `auto` */
  readonly arithmetic?: NodeArithmetic;
  /** default `wasm` */
  readonly device?: CpuDevice;
  /** Default 1: tests run side by side, and threads that wait for work spin. */
  readonly numThreads?: number;
}

export async function loadModelInNode(
  folder: string,
  dtype: string,
  { graph, arithmetic = 'auto', device = 'wasm', numThreads = 1 }: NodeLoadOptions = {},
): Promise<LoadedRuntime> {
  const files = readModelInNode(folder, dtype, graph);
  const { manifest, spec } = files;
  const host = await nodeHost(device, numThreads);
  const runtime = await ModelRuntime.load(device, files, host, prepareWith(arithmetic));
  return {
    device: runtime.device,
    deviceReason: runtime.deviceReason,
    deviceCause: runtime.deviceCause,
    dtype,
    arithmetic: runtime.plan.arithmetic,
    arithmeticCause: runtime.plan.cause,
    arithmeticReason: runtime.plan.reason,
    spec,
    tokenizer: await readTokenizer(new DiskFolder(folder)),
    profile: manifest.profile,
    defaultMaxNewTokens: manifest.defaultMaxNewTokens,
    createRunner: (options) => runtime.createRunner(options),
    dispose: () => runtime.dispose(),
  };
}
