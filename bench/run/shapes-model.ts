/**
 * Models with real shapes and random 4-bit weights: speed and memory without a download. The converter writes the graphs
 * from a checkpoint of zeros; then codes are filled with random bytes, scales and norms with constants. `fill.json` and
 * `carried.bin` let bench/gpu/fill_weights.py do the same where there is no Node.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ByteSource } from '../../src/convert/byte-io.ts';
import type { CheckpointFolder } from '../../src/convert/checkpoint-folder.ts';
import { convertModel } from '../../src/convert/convert-model.ts';
import { DEFAULT_SHARD_BYTES } from '../../src/convert/convert-options.ts';
import { DiskOutput } from '../../src/convert/node/disk-output.ts';
import { readExternalTensors } from './onnx-weights.ts';
import { SHAPES, type Shapes, type ShapesName } from './shapes.ts';

const MAX_POSITIONS = 4096;
/** Uniform codes have a standard deviation of 4.6, so weights get 0.02, which is what Qwen2 is initialised with. */
const SCALE = 0.02 / 4.6;

type Fill = { readonly offset: number; readonly length: number } & (
  | { readonly kind: 'random'; readonly seed: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'carried'; readonly from: number }
);

/** @param numLayers default: all */
export async function prepareShapes(
  folder: string,
  name: ShapesName,
  dtype: 'q4' | 'q4f16',
  numLayers?: number,
): Promise<void> {
  const shapes: Shapes = SHAPES[name];
  const config = { ...shapes.config, num_hidden_layers: numLayers ?? shapes.config.num_hidden_layers };
  if (
    existsSync(path.join(folder, 'made-from.txt')) &&
    readFileSync(path.join(folder, 'made-from.txt'), 'utf8') === dtype
  )
    return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const layout of ['rank1', 'transformersjs'] as const) {
    const target = path.join(folder, layout);
    await convertModel(zeroCheckpoint({ ...shapes, config }), await DiskOutput.begin(target, true), {
      dtype,
      layout,
      method: 'symmetric',
      blockSize: 32,
      maxPositions: MAX_POSITIONS,
      shardBytes: DEFAULT_SHARD_BYTES,
      accuracyLevel: 0,
      source: { name: `${name} (random weights)`, revision: null },
      createHash: () => {
        const hash = createHash('sha256');
        return { update: (bytes) => void hash.update(bytes), digestHex: () => hash.digest('hex') };
      },
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    fill(target, `onnx/model_${dtype}.onnx`, dtype === 'q4' ? 4 : 2);
  }
  writeFileSync(path.join(folder, 'made-from.txt'), dtype);
}

/** The same bytes for a tensor of the same name, wherever its layout places it. */
function fill(folder: string, onnx: string, floatBytes: number): void {
  const tensors = readExternalTensors(readFileSync(path.join(folder, onnx)));
  const file = `${onnx}_data`;
  if (tensors.some((tensor) => tensor.file !== path.basename(file)))
    throw new Error('one weight file was expected');
  const data = readFileSync(path.join(folder, file));
  const carried: Uint8Array[] = [];
  let carriedBytes = 0;
  const byOffset = new Map(tensors.map((tensor) => [tensor.offset, tensor]));
  const ranges = [...byOffset.values()].map(({ name, offset, length }): Fill => {
    if (name.endsWith('.codes')) return { offset, length, kind: 'random', seed: seedOf(name) };
    if (name.endsWith('scales')) return { offset, length, kind: 'constant', value: SCALE };
    if (/norm\.weight$/.test(name)) return { offset, length, kind: 'constant', value: 1 };
    carried.push(data.subarray(offset, offset + length));
    carriedBytes += length;
    return { offset, length, kind: 'carried', from: carriedBytes - length };
  });
  writeFileSync(path.join(folder, 'carried.bin'), Buffer.concat(carried));
  const plan = { file, bytes: data.length, floatBytes, ranges };
  writeFileSync(path.join(folder, 'fill.json'), JSON.stringify(plan));
  for (const range of ranges) {
    if (range.kind === 'random') data.set(randomBytes(range.length, range.seed), range.offset);
    if (range.kind === 'constant')
      data.set(constantBytes(range.length, range.value, floatBytes), range.offset);
  }
  writeFileSync(path.join(folder, file), data);
  noteChange(folder, file, data);
}

/** The loader holds a file to its checksum; where there is no Node, fill_weights.py writes the very same bytes. */
function noteChange(folder: string, file: string, data: Uint8Array): void {
  const manifestFile = path.join(folder, 'rank1.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as {
    files: Record<string, { sha256: string }>;
  };
  manifest.files[file]!.sha256 = createHash('sha256').update(data).digest('hex');
  writeFileSync(manifestFile, JSON.stringify(manifest, null, 2));
}

/** FNV-1a, never 0. */
function seedOf(name: string): number {
  let hash = 2166136261;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  return hash || 1;
}

function constantBytes(length: number, value: number, floatBytes: number): Uint8Array {
  if (floatBytes === 4) return new Uint8Array(new Float32Array(length / 4).fill(value).buffer);
  // fp16 of the two constants that occur
  const half = value === 1 ? 0x3c00 : 0x1c74;
  return new Uint8Array(new Uint16Array(length / 2).fill(half).buffer);
}

/** xorshift32: the same bytes on every machine that runs this script. */
function randomBytes(length: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** A checkpoint whose header is true and whose weights read as zeros. */
function zeroCheckpoint({ config, tokenizerFile }: Shapes): CheckpointFolder {
  const shapes = tensorShapes(config);
  const numBytes = shapes.reduce((sum, [, shape]) => sum + bytesOf(shape), 0);
  const header = Buffer.from(JSON.stringify(tensorHeader(shapes)));
  const start = Buffer.alloc(8 + header.length);
  start.writeBigUInt64LE(BigInt(header.length));
  header.copy(start, 8);
  return {
    open: (name) => {
      if (name === 'config.json') return Promise.resolve(source(name, Buffer.from(JSON.stringify(config))));
      if (name === 'generation_config.json')
        return Promise.resolve(source(name, Buffer.from('{"do_sample": false}')));
      if (name === 'model.safetensors') return Promise.resolve(source(name, start, start.length + numBytes));
      const file = tokenizerFile(name);
      return Promise.resolve(file && source(name, file));
    },
    close: () => Promise.resolve(),
  };
}

function source(name: string, bytes: Uint8Array, size = bytes.length): ByteSource {
  return {
    name,
    size,
    read: (from, to) => {
      const part = new Uint8Array(to - from);
      if (from < bytes.length) part.set(bytes.subarray(from, Math.min(to, bytes.length)));
      return Promise.resolve(part);
    },
  };
}

function tensorShapes(config: Shapes['config']): [string, number[]][] {
  const { hidden_size: d, intermediate_size: f, vocab_size: vocabulary, num_hidden_layers: layers } = config;
  const kv = (d / config.num_attention_heads) * config.num_key_value_heads;
  const hasBias = config.model_type === 'qwen2';
  const list: [string, number[]][] = [
    ['model.embed_tokens.weight', [vocabulary, d]],
    ['model.norm.weight', [d]],
  ];
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string) => `model.layers.${layer}.${part}`;
    for (const [part, rows] of [
      ['q', d],
      ['k', kv],
      ['v', kv],
    ] as const) {
      list.push([name(`self_attn.${part}_proj.weight`), [rows, d]]);
      if (hasBias) list.push([name(`self_attn.${part}_proj.bias`), [rows]]);
    }
    list.push([name('self_attn.o_proj.weight'), [d, d]]);
    list.push(
      [name('mlp.gate_proj.weight'), [f, d]],
      [name('mlp.up_proj.weight'), [f, d]],
      [name('mlp.down_proj.weight'), [d, f]],
    );
    list.push([name('input_layernorm.weight'), [d]], [name('post_attention_layernorm.weight'), [d]]);
  }
  return list;
}

const bytesOf = (shape: readonly number[]) => 2 * shape.reduce((product, size) => product * size, 1);

function tensorHeader(shapes: readonly [string, number[]][]): Record<string, unknown> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, shape] of shapes) {
    header[name] = { dtype: 'BF16', shape, data_offsets: [offset, offset + bytesOf(shape)] };
    offset += bytesOf(shape);
  }
  return header;
}
