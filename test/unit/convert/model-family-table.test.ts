/** Every released model, by its true config.json: sizes of what a conversion writes, without its weights. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BlockQuantizedFormat } from '../../../src/convert/block-quantized-format.ts';
import { openCheckpoint } from '../../../src/convert/checkpoint.ts';
import { placeTensors } from '../../../src/convert/external-data.ts';
import { GraphBuilder } from '../../../src/convert/graph-builder.ts';
import type { ExternalLocation } from '../../../src/convert/onnx-proto.ts';
import { buildRank1Layout } from '../../../src/convert/rank1-layout.ts';
import { kvBytesPerToken, parseModelSpec } from '../../../src/model/model-spec.ts';
import { fixturePath } from './support/fixtures.ts';
import { SyntheticCheckpoint } from './support/synthetic-checkpoint.ts';

const CONFIGS = JSON.parse(readFileSync(fixturePath('configs.json'), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const SHARD_BYTES = 512 * 2 ** 20;

/** Parameters in billions and fp16 KV bytes a token, from the models' own cards. */
const TABLE = [
  { name: 'rank1-0.5b', billions: 0.494, kvBytes: 12_288 },
  { name: 'rank1-1.5b', billions: 1.544, kvBytes: 28_672 },
  { name: 'rank1-3b', billions: 3.086, kvBytes: 36_864 },
  { name: 'rank1-7b', billions: 7.616, kvBytes: 57_344 },
  { name: 'rank1-14b', billions: 14.77, kvBytes: 196_608 },
  { name: 'rank1-32b', billions: 32.764, kvBytes: 262_144 },
  { name: 'rank1-llama3-8b', billions: 8.03, kvBytes: 131_072 },
  { name: 'rank1-mistral-2501-24b', billions: 23.572, kvBytes: 163_840 },
  { name: 'qwen3-reranker-0.6b', billions: 0.596, kvBytes: 114_688 },
  { name: 'qwen3-reranker-4b', billions: 4.022, kvBytes: 147_456 },
  { name: 'zerank-1-small', billions: 1.721, kvBytes: 114_688 },
];

it('covers every model of the table', () => {
  expect(TABLE.map((row) => row.name)).toEqual(Object.keys(CONFIGS));
});

describe.each(TABLE)('$name', ({ name, billions, kvBytes }) => {
  it('becomes q4f16 shards of 0.56 bytes a parameter that a browser can hold', async () => {
    const config = CONFIGS[name]!;
    const spec = parseModelSpec(config);
    const synthetic = new SyntheticCheckpoint(config, 'fast');
    const parameters = synthetic.weightBytes / 2;
    expect(parameters / 1e9).toBeCloseTo(billions, 2);
    expect(kvBytesPerToken(spec, 'float16')).toBe(kvBytes);

    const places = await placesOf(config, synthetic, 32);
    const bytes = Math.max(...places.map(({ length }) => length));
    const total = places.reduce((sum, { length }) => sum + length, 0);
    expect(total / parameters).toBeGreaterThan(0.56);
    expect(total / parameters).toBeLessThan(0.59);
    expect(bytes).toBeLessThan(2 ** 30);
    expectShards(places);
  });
});

/** Gigabytes of safetensors of the five AWQ models, as the table of published models has them. */
const AWQ_TABLE = [
  { name: 'rank1-7b', gigabytes: 5.6 },
  { name: 'rank1-14b', gigabytes: 10.0 },
  { name: 'rank1-32b', gigabytes: 19.3 },
  { name: 'rank1-mistral-2501-24b', gigabytes: 14.3 },
  { name: 'rank1-llama3-8b', gigabytes: 5.8 },
];

describe.each(AWQ_TABLE)('$name in AWQ int4', ({ name, gigabytes }) => {
  it.each([32, 128])(
    'has the published size, and becomes q4f16 shards in blocks of %i',
    async (blockSize) => {
      const config = CONFIGS[name]!;
      const synthetic = new SyntheticCheckpoint(config, 'awq');
      expect(Math.abs(synthetic.weightBytes / 1e9 - gigabytes)).toBeLessThan(0.1);
      const places = await placesOf(config, synthetic, blockSize);
      const total = places.reduce((sum, { length }) => sum + length, 0);
      const parameters = new SyntheticCheckpoint(config, 'fast').weightBytes / 2;
      // 4 bits a weight, and a scale and half a byte of zero point a block.
      expect(total / parameters).toBeLessThan(0.5 + 2.5 / blockSize + 0.02);
      expectShards(places);
    },
  );
});

async function placesOf(config: Record<string, unknown>, synthetic: SyntheticCheckpoint, blockSize: number) {
  const graph = new GraphBuilder();
  const format = new BlockQuantizedFormat({
    bits: 4,
    blockSize,
    floatType: 'float16',
    method: 'symmetric',
    accuracyLevel: 0,
  });
  const checkpoint = await openCheckpoint(synthetic);
  buildRank1Layout({ graph, spec: parseModelSpec(config), checkpoint, format, maxPositions: 16_384 });
  return [...placeTensors(graph.weights, 'w', SHARD_BYTES).values()];
}

function expectShards(places: readonly ExternalLocation[]): void {
  const shards = new Map<string, number>();
  for (const { file, offset, length } of places) shards.set(file, offset + length);
  expect([...shards.values()].every((end) => end <= SHARD_BYTES)).toBe(true);
  expect(places.every(({ offset }) => offset % 256 === 0)).toBe(true);
}
