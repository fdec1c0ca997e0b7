/** The catalogue's sizes against what the converter would write, and what devices are told of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BlockQuantizedFormat } from '../../../src/convert/block-quantized-format.ts';
import type { CheckpointFolder } from '../../../src/convert/checkpoint-folder.ts';
import { openCheckpoint } from '../../../src/convert/checkpoint.ts';
import {
  CONVERT_DTYPES,
  DEFAULT_MAX_POSITIONS,
  DEFAULT_SHARD_BYTES,
  type ConvertDtype,
} from '../../../src/convert/convert-options.ts';
import { placeTensors } from '../../../src/convert/external-data.ts';
import { FloatFormat } from '../../../src/convert/float-format.ts';
import { GraphBuilder, tensorBytes } from '../../../src/convert/graph-builder.ts';
import { buildRank1Layout } from '../../../src/convert/rank1-layout.ts';
import { CATALOGUE, plannedBytes, type KnownModel, type KnownVersion } from '../../../src/model/catalogue.ts';
import { knownProfile } from '../../../src/convert/known-profiles.ts';
import { kvBytesPerToken, parseModelSpec } from '../../../src/model/model-spec.ts';
import type { DeviceReport } from '../../../src/protocol/model-store-api.ts';
import { assessCatalogue } from '../../../src/service/models/assess-catalogue.ts';
import { fixturePath } from '../convert/support/fixtures.ts';
import { AwqShapes } from '../convert/support/awq-shapes.ts';
import { SyntheticCheckpoint } from '../convert/support/synthetic-checkpoint.ts';

type Config = Record<string, unknown>;
const readJson = (url: URL | string): unknown => JSON.parse(readFileSync(url, 'utf8'));
const DEFAULT_MODEL = new URL('../../../model/', import.meta.url);

type Described = Pick<KnownModel, 'id' | 'label' | 'repository' | 'licence' | 'reasons'>;

const rank1 = (name: string, label: string): Described => ({
  id: `rank1-${name}`,
  label: `rank1 ${label}`,
  repository: `jhu-clsp/rank1-${name}`,
  licence: 'MIT',
  reasons: true,
});
const scorer = (id: string, label: string, repository: string): Described => ({
  id,
  label,
  repository,
  licence: 'Apache-2.0',
  reasons: false,
});

const MODELS: readonly Described[] = [
  rank1('0.5b', '0.5B'),
  rank1('1.5b', '1.5B'),
  rank1('3b', '3B'),
  rank1('7b', '7B'),
  rank1('llama3-8b', 'Llama 3.1 8B'),
  rank1('14b', '14B'),
  rank1('mistral-2501-24b', 'Mistral 24B'),
  rank1('32b', '32B'),
  scorer('qwen3-reranker-0.6b', 'Qwen3-Reranker 0.6B', 'Qwen/Qwen3-Reranker-0.6B'),
  scorer('qwen3-reranker-4b', 'Qwen3-Reranker 4B', 'Qwen/Qwen3-Reranker-4B'),
  scorer('mxbai-rerank-base-v2', 'mxbai-rerank-base-v2', 'mixedbread-ai/mxbai-rerank-base-v2'),
  scorer('mxbai-rerank-large-v2', 'mxbai-rerank-large-v2', 'mixedbread-ai/mxbai-rerank-large-v2'),
  scorer('zerank-1-small', 'zerank-1-small', 'zeroentropy/zerank-1-small'),
];

/** Fine-tuned from the models that the rank1 of these sizes was. */
const SAME_CONFIG: Readonly<Record<string, string>> = {
  'mxbai-rerank-base-v2': 'rank1-0.5b',
  'mxbai-rerank-large-v2': 'rank1-1.5b',
};

/** Those that are also published with 4-bit weights: sizes by their model cards, in GB. */
const AWQ_GIGABYTES: Readonly<Record<string, number>> = {
  'rank1-7b': 5.6,
  'rank1-llama3-8b': 5.8,
  'rank1-14b': 10.0,
  'rank1-mistral-2501-24b': 14.3,
  'rank1-32b': 19.3,
};

interface Conversion {
  readonly maxPositions?: number;
  readonly source?: CheckpointFolder;
  /** of a model without chains */
  readonly answerTokenIds?: readonly number[] | null;
}

async function converted(
  config: Config,
  dtype: ConvertDtype,
  {
    maxPositions = DEFAULT_MAX_POSITIONS,
    source = new SyntheticCheckpoint(config, 'fast'),
    answerTokenIds = null,
  }: Conversion = {},
) {
  const spec = parseModelSpec(config);
  const graph = new GraphBuilder();
  const floatType = dtype.endsWith('16') ? 'float16' : 'float32';
  const format =
    dtype === 'fp16' || dtype === 'fp32'
      ? new FloatFormat(floatType)
      : new BlockQuantizedFormat({
          bits: dtype === 'q8' ? 8 : 4,
          blockSize: 32,
          floatType,
          method: 'symmetric',
          accuracyLevel: 0,
        });
  const checkpoint = await openCheckpoint(source);
  const context = {
    graph,
    spec,
    checkpoint,
    format,
    maxPositions: Math.min(maxPositions, spec.maxPositions),
  };
  buildRank1Layout(context, answerTokenIds);
  const places = [...placeTensors(graph.weights, 'w', DEFAULT_SHARD_BYTES).values()];
  const shards = new Map<string, number>();
  for (const { file, offset, length } of places) shards.set(file, offset + length);
  return {
    dtype,
    weightBytes: [...shards.values()].reduce((sum, bytes) => sum + bytes, 0),
    kvBytesPerToken: kvBytesPerToken(spec, floatType),
    largestTensorBytes: Math.max(...places.map(({ length }) => length)),
    blocks: blocksOf(graph),
  };
}

function blocksOf(graph: GraphBuilder): KnownVersion['blocks'] {
  const products = graph.nodes.filter(({ op }) => op === 'MatMulNBits');
  const origins = new Map(graph.aliases.map(({ tensor, of }) => [tensor.name, of]));
  const origin = (name: string) => origins.get(name) ?? name;
  const elsewhere = new Set(
    graph.nodes.filter((node) => !products.includes(node)).flatMap(({ inputs }) => inputs.map(origin)),
  );
  const sizes = new Map<string, number>();
  for (const { tensors } of graph.weights)
    for (const tensor of tensors) sizes.set(tensor.name, tensorBytes(tensor));
  const weights = new Map<string, number>();
  const read = new Set<string>();
  for (const { inputs, attributes } of products) {
    const [, codes, scales, zeros] = inputs;
    const int = (name: string) => (attributes[name] as { int: number }).int;
    weights.set(codes!, int('N') * int('K'));
    for (const name of [codes, scales, zeros].map((one) => origin(one ?? '')))
      if (name !== '' && !elsewhere.has(name)) read.add(name);
  }
  return {
    weights: [...weights.values()].reduce((sum, count) => sum + count, 0),
    bytes: [...read].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0),
  };
}

async function computed(): Promise<KnownModel[]> {
  const configs = readJson(fixturePath('configs.json')) as Record<string, Config>;
  const rows: KnownModel[] = [await demoRow()];
  for (const model of MODELS) {
    const config = configs[SAME_CONFIG[model.id] ?? model.id]!;
    const profile = knownProfile(model.repository ?? '')!;
    expect(model.reasons, model.id).toBe(profile.chain === 'think');
    const numAnswers = profile.answers.false === null ? 1 : 2;
    const answerTokenIds = model.reasons ? null : [0, 1].slice(0, numAnswers);
    const checkpointBytes = new SyntheticCheckpoint(config, 'fast').weightBytes;
    const parameters = Math.round(checkpointBytes / 2);
    const versions = [];
    for (const dtype of CONVERT_DTYPES) versions.push(await converted(config, dtype, { answerTokenIds }));
    rows.push({ ...model, parameters, checkpointBytes, versions });
    if (model.id in AWQ_GIGABYTES) rows.push(await awqRow({ ...model, parameters }, config));
  }
  return rows;
}

async function demoRow(): Promise<KnownModel> {
  const config = readJson(new URL('config.json', DEFAULT_MODEL)) as Config;
  const manifest = readJson(new URL('rank1.json', DEFAULT_MODEL)) as {
    models: { q4: { maxPositions: number } };
  };
  const parameters = Math.round(new SyntheticCheckpoint(config, 'fast').weightBytes / 2);
  const versions = [await converted(config, 'q4', { maxPositions: manifest.models.q4.maxPositions })];
  const label = 'Model of this project';
  const card = readFileSync(new URL('README.md', DEFAULT_MODEL), 'utf8');
  const licence = /^license: (.*)$/m.exec(card)![1]!.toUpperCase();
  return {
    id: 'rank1-rerank-model',
    label,
    repository: null,
    licence,
    reasons: true,
    parameters,
    checkpointBytes: 0,
    versions,
  };
}

/** Their weights are taken over as they are, so there are 4-bit versions only. */
async function awqRow(
  { id, label, repository, licence, reasons, parameters }: Omit<KnownModel, 'versions' | 'checkpointBytes'>,
  config: Config,
): Promise<KnownModel> {
  const versions = [];
  for (const dtype of ['q4', 'q4f16'] as const) {
    versions.push(await converted(config, dtype, { source: new AwqShapes(config) }));
  }
  return {
    id: `${id}-awq`,
    label: `${label} AWQ`,
    repository: `${repository}-awq`,
    licence,
    reasons,
    parameters,
    checkpointBytes: new AwqShapes(config).weightBytes,
    versions,
  };
}

describe('catalogue.json', () => {
  test('has the sizes that the converter writes for the true configurations', async () => {
    const rows = await computed();
    // RANK1_WRITE_CATALOG=1 writes the file anew after the converter's layout has changed.
    if (process.env['RANK1_WRITE_CATALOG']) {
      const file = new URL('../../../src/model/catalogue.json', import.meta.url);
      writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
    } else expect(CATALOGUE).toEqual(rows);
  });

  test('has the AWQ checkpoints in the sizes of their model cards', () => {
    for (const [id, gigabytes] of Object.entries(AWQ_GIGABYTES)) {
      const entry = CATALOGUE.find((model) => model.id === `${id}-awq`);
      // They tell one decimal, and count the tokenizer's files.
      expect(Math.abs(entry!.checkpointBytes / 1e9 / gigabytes - 1), id).toBeLessThan(0.015);
    }
  });

  test('is computed as the demo model was: to its very bytes', async () => {
    const manifest = readJson(new URL('rank1.json', DEFAULT_MODEL)) as {
      models: { q4: { maxPositions: number; kvBytesPerToken: number; memory: { bytesAtSlots: Config } } };
      files: Record<string, { bytes: number }>;
    };
    const config = readJson(new URL('config.json', DEFAULT_MODEL)) as Config;
    const { q4 } = manifest.models;
    const size = await converted(config, 'q4', { maxPositions: q4.maxPositions });
    expect(size.weightBytes).toBe(manifest.files['onnx/model_q4.onnx_data']?.bytes);
    expect(size.kvBytesPerToken).toBe(q4.kvBytesPerToken);
    for (const [slots, bytes] of Object.entries(q4.memory.bytesAtSlots)) {
      expect(plannedBytes(size, Number(slots))).toBe(bytes);
    }
  });
});

const GPU: DeviceReport = {
  adapter: {
    vendor: 'test',
    architecture: '',
    description: '',
    software: false,
    features: ['shader-f16'],
    limits: { maxBufferSize: 4 * 2 ** 30, maxStorageBufferBindingSize: 2 ** 31 - 4 },
  },
  isolated: true,
  jspi: true,
  threads: 8,
  memoryBytes: 8 * 2 ** 30,
  storage: null,
  storesModels: true,
  device: 'webgpu',
  deviceReason: '',
  deviceCause: { code: 'adapter', name: 'test' },
  float16: true,
  dtype: 'q4f16',
};
const recommended = (device: DeviceReport) =>
  Object.fromEntries(assessCatalogue(device).map(({ id, recommended }) => [id, recommended]));

describe('a device is told', () => {
  test('with a GPU and 16-bit floats, that all but the largest run in q4f16', () => {
    expect(recommended(GPU)).toEqual({
      'rank1-rerank-model': 'q4',
      'rank1-0.5b': 'q4f16',
      'rank1-1.5b': 'q4f16',
      'rank1-3b': 'q4f16',
      'rank1-7b': 'q4f16',
      'rank1-7b-awq': 'q4f16',
      'rank1-llama3-8b': 'q4f16',
      'rank1-llama3-8b-awq': 'q4f16',
      'rank1-14b': null,
      'rank1-14b-awq': null,
      'rank1-mistral-2501-24b': null,
      'rank1-mistral-2501-24b-awq': null,
      'rank1-32b': null,
      'rank1-32b-awq': null,
      'qwen3-reranker-0.6b': 'q4f16',
      'qwen3-reranker-4b': 'q4f16',
      'mxbai-rerank-base-v2': 'q4f16',
      'mxbai-rerank-large-v2': 'q4f16',
      'zerank-1-small': 'q4f16',
    });
  });

  test('that 14B and more need a server', () => {
    const large = assessCatalogue(GPU).filter(({ recommended }) => recommended === null);
    expect(large.map(({ refusal }) => refusal)).toEqual(Array(6).fill({ code: 'needs-server' }));
  });

  test('without 16-bit floats, q4; without a GPU, that WebAssembly cannot hold the large ones', () => {
    const plain = { ...GPU, float16: false, adapter: { ...GPU.adapter!, features: [] } };
    expect(recommended(plain)['rank1-3b']).toBe('q4');
    const cpu = assessCatalogue({ ...GPU, device: 'wasm', float16: false, adapter: null });
    expect(cpu.find(({ id }) => id === 'rank1-0.5b')?.recommended).toBe('q4');
    expect(cpu.find(({ id }) => id === 'rank1-7b')?.refusal).toMatchObject({ code: 'needs-gpu' });
  });

  test('on a CPU, what weights take that are expanded there, if there is memory for it', () => {
    const bytes = (device: 'webgpu' | 'wasm', gibibytes: number) => {
      const report = { ...GPU, device, float16: false, memoryBytes: gibibytes * 2 ** 30 };
      const [own] = assessCatalogue(report).filter(({ id }) => id === 'rank1-rerank-model');
      return own!.versions[0]!.memoryAtSlots['1']!;
    };
    // The products have 134.5 million weights of 4 bytes.
    expect(bytes('wasm', 8)).toBeGreaterThan(bytes('webgpu', 8) + 134.5e6 * 4);
    expect(bytes('wasm', 8)).toBeLessThan(1.7 * (bytes('webgpu', 8) + 134.5e6 * 4));
    // In no form: the runtime's own memory is less than a byte a weight.
    expect(bytes('wasm', 1)).toBeLessThan(bytes('webgpu', 1) + 134.5e6);
  });

  test('that a tensor is larger than its GPU takes at once, or the model than its memory', () => {
    const small = {
      ...GPU,
      adapter: { ...GPU.adapter!, limits: { maxStorageBufferBindingSize: 128 * 2 ** 20 } },
    };
    const entry = assessCatalogue(small).find(({ id }) => id === 'rank1-7b');
    expect(entry?.refusal).toMatchObject({ code: 'tensor-too-large', maxBytes: 128 * 2 ** 20 });
    const phone = assessCatalogue({ ...GPU, memoryBytes: 2 * 2 ** 30 });
    expect(phone.find(({ id }) => id === 'rank1-7b')?.refusal).toMatchObject({
      code: 'memory-too-small',
      deviceBytes: 2 * 2 ** 30,
    });
    expect(phone.find(({ id }) => id === 'rank1-0.5b')?.recommended).toBe('q4f16');
  });
});
