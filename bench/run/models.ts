/**
 * The files every contender loads, in dist-bench-models/<model>/ (git-ignored), made from one set of weights:
 *   rank1/          our own layout      transformersjs/  the standard layout      model.gguf  llama.cpp's
 *   rank1-split-qkv/  ours, but with the products for queries, keys and values apart
 *   rank1-unfused-gate/  ours, but so that the runtime does not fuse the products of gate and up
 * Those of real weights, the shipped model and the demo model, come from their rank1 layout, so the 4-bit codes are the same
 * in all three; this is checked.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import { withCheckpoint } from './demo-checkpoint.ts';
import { writeGguf, type TokenizerFile } from './gguf.ts';
import { readModelTensors } from './model-tensors.ts';
import { readExternalTensors } from './onnx-weights.ts';
import { prepareReranker, RERANKERS, type RerankerName } from './reranker-model.ts';
import { rewriteGraph } from './rewrite-graph.ts';
import { splitQkv } from './split-qkv.ts';
import { unfuseGate } from './unfuse-gate.ts';
import type { ShapesName } from './shapes.ts';
import { prepareShapes } from './shapes-model.ts';

export interface PreparedModel {
  readonly name: string;
  readonly folder: string;
  readonly dtype: string;
  readonly weightBytes: number;
  readonly weightsSha256: string;
  readonly hasGguf: boolean;
}

export const MODELS = [
  'default',
  'demo',
  'shapes-135m',
  'shapes-0.5b',
  'qwen3-reranker-0.6b',
  'qwen3-reranker-tiny',
] as const;
export type ModelName = (typeof MODELS)[number];

export const isReranker = (name: ModelName): name is RerankerName => name in RERANKERS;

/** @param numLayers of a reranker; default: all */
export async function prepareModel(
  root: string,
  name: ModelName,
  dtype: string,
  numLayers?: number,
): Promise<PreparedModel> {
  const folderName = numLayers === undefined ? name : `${name}-${numLayers}-layers`;
  const folder = path.join(root, 'dist-bench-models', folderName);
  if (name in TRAINED) prepareTrained(root, folder, name as TrainedName);
  else if (isReranker(name)) await prepareReranker(folder, name, numLayers);
  else await prepareShapes(folder, name as ShapesName, dtype === 'q4f16' ? 'q4f16' : 'q4');
  const data = path.join(folder, `rank1/onnx/model_${dtype}.onnx_data`);
  return {
    name: folderName,
    folder,
    dtype,
    weightBytes: statSync(data).size,
    weightsSha256: sha256(data),
    hasGguf: existsSync(path.join(folder, 'model.gguf')),
  };
}

const TRAINED = { default: 'model', demo: 'test/fixtures/demo-model' } as const;
type TrainedName = keyof typeof TRAINED;
/** Whose chains end by themselves. */
export const isTrained = (name: ModelName): boolean => name in TRAINED;

const OTHER_GRAPHS = { 'rank1-split-qkv': splitQkv, 'rank1-unfused-gate': unfuseGate };

function prepareTrained(root: string, folder: string, name: TrainedName): void {
  const source = path.join(root, TRAINED[name]);
  const data = path.join(source, 'onnx/model_q4.onnx_data');
  const stampFile = path.join(folder, 'made-from.txt');
  const stamp = [sha256(data), ...Object.keys(OTHER_GRAPHS)].join('\n');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(source, path.join(folder, 'rank1'), { recursive: true });

  const config: unknown = JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8'));
  const spec = parseModelSpec(config);
  const tensors = readModelTensors(path.join(source, 'onnx/model_q4.onnx'), spec);
  const tokenizer = JSON.parse(readFileSync(path.join(source, 'tokenizer.json'), 'utf8')) as TokenizerFile;
  writeGguf(path.join(folder, 'model.gguf'), { name: `rank1-${name}`, spec, tensors, tokenizer });

  withCheckpoint(source, tensors, (checkpoint) => {
    const target = path.join(folder, 'transformersjs');
    const args = ['bin/rank1-rerank.mjs', 'convert', checkpoint, '--out', target, '--dtype', 'q4'];
    args.push('--layout', 'transformersjs', '--name', `rank1-${name}`, '--quiet');
    const { status } = spawnSync(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error('the conversion to the transformersjs layout failed');
  });
  assertSameWeights(folder);
  // Of the large one they would take long and are not measured.
  for (const [otherGraph, change] of name === 'demo' ? Object.entries(OTHER_GRAPHS) : [])
    rewriteGraph(path.join(folder, 'rank1'), path.join(folder, otherGraph), 'q4', change);
  writeFileSync(stampFile, stamp);
}

/** Codes, scales and vectors of both ONNX layouts, byte for byte; ours alone has a table of ids for its greedy choice. */
function assertSameWeights(folder: string): void {
  const [ours, theirs] = ['rank1', 'transformersjs'].map((layout) => {
    const onnx = path.join(folder, layout, 'onnx/model_q4.onnx');
    const data = readFileSync(`${onnx}_data`);
    const tensors = readExternalTensors(readFileSync(onnx));
    return new Map(tensors.map(({ name, offset, length }) => [name, data.subarray(offset, offset + length)]));
  });
  for (const [name, bytes] of theirs!) {
    const other = ours!.get(name);
    if (!other || Buffer.compare(bytes, other) !== 0) throw new Error(`${name} differs between the layouts`);
  }
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
