/** What the engine has to know of a model's shape, read from `config.json` and nothing else. */
import { Rank1Error } from '../base/errors.ts';

export interface ModelSpec {
  readonly architecture: 'Qwen2ForCausalLM' | 'LlamaForCausalLM' | 'MistralForCausalLM';
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  /** The longest sequence, prompt and answer together, in tokens. */
  readonly maxPositions: number;
  readonly ropeTheta: number;
  /** `null` when positions are not rescaled. Factors of Llama 3.1's frequency rescaling otherwise. */
  readonly ropeScaling: Llama3RopeScaling | null;
  readonly rmsNormEps: number;
  readonly tieWordEmbeddings: boolean;
  /** True when q, k and v projections have a bias (Qwen2). */
  readonly attentionBias: boolean;
  /** Token ids that end generation. */
  readonly eosTokenIds: readonly number[];
}

export interface Llama3RopeScaling {
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  readonly originalMaxPositions: number;
}

export type KvDtype = 'float32' | 'float16';

/** Bytes one token takes in the KV cache: keys and values of every layer. */
export function kvBytesPerToken(spec: ModelSpec, dtype: KvDtype): number {
  const bytesPerValue = dtype === 'float16' ? 2 : 4;
  return 2 * spec.numLayers * spec.numKeyValueHeads * spec.headDim * bytesPerValue;
}

const ARCHITECTURES = ['Qwen2ForCausalLM', 'LlamaForCausalLM', 'MistralForCausalLM'] as const;

/**
 * Reads a Hugging Face `config.json` (parsed). The content is untrusted: every number is checked.
 * @throws Rank1Error `model-unsupported` when the architecture or a feature is not one we run,
 *   `model-corrupt` when a field is missing or out of range
 */
export function parseModelSpec(config: unknown): ModelSpec {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new Rank1Error('model-corrupt', 'config.json is not a JSON object. Download the model again.');
  }
  const fields = config as Record<string, unknown>;
  const architecture = parseArchitecture(fields);
  const numHeads = integer(fields, 'num_attention_heads', 1, 1024);
  const hiddenSize = integer(fields, 'hidden_size', 1, 1 << 17);
  const spec: ModelSpec = {
    architecture,
    hiddenSize,
    intermediateSize: integer(fields, 'intermediate_size', 1, 1 << 20),
    numLayers: integer(fields, 'num_hidden_layers', 1, 512),
    numHeads,
    numKeyValueHeads: integer(fields, 'num_key_value_heads', 1, numHeads, numHeads),
    headDim: integer(fields, 'head_dim', 2, 1024, hiddenSize / numHeads),
    vocabSize: integer(fields, 'vocab_size', 2, 1 << 22),
    maxPositions: integer(fields, 'max_position_embeddings', 1, 1 << 22),
    ropeTheta: ropeTheta(fields),
    ropeScaling: parseRopeScaling(fields),
    rmsNormEps: positive(fields, 'rms_norm_eps', 1e-6),
    tieWordEmbeddings: fields['tie_word_embeddings'] === true,
    attentionBias: architecture === 'Qwen2ForCausalLM' || fields['attention_bias'] === true,
    eosTokenIds: parseEosTokenIds(fields),
  };
  if (spec.headDim % 2 !== 0) throw corrupt('head_dim', 'must be even, as positions rotate pairs');
  if (spec.numHeads % spec.numKeyValueHeads !== 0) {
    throw corrupt('num_attention_heads', 'must be a multiple of num_key_value_heads');
  }
  if (fields['use_sliding_window'] === true) {
    throw new Rank1Error(
      'model-unsupported',
      'config.json turns sliding-window attention on, which this engine does not run. Use a checkpoint without it.',
    );
  }
  return spec;
}

function parseArchitecture(fields: Record<string, unknown>): ModelSpec['architecture'] {
  const listed: unknown[] = Array.isArray(fields['architectures']) ? fields['architectures'] : [];
  const known = ARCHITECTURES.find((name) => listed.includes(name));
  if (known) return known;
  throw new Rank1Error(
    'model-unsupported',
    `The model's architecture is ${quote(listed[0] ?? fields['model_type'] ?? 'not given')}; ` +
      `supported are ${ARCHITECTURES.join(', ')}. Choose a rank1 checkpoint of one of these.`,
  );
}

function ropeTheta(fields: Record<string, unknown>): number {
  // transformers 5 writes rope_parameters; older files have rope_theta at the top.
  const nested = fields['rope_parameters'];
  const source = typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>) : {};
  return positive('rope_theta' in source ? source : fields, 'rope_theta', 10_000);
}

function parseRopeScaling(fields: Record<string, unknown>): Llama3RopeScaling | null {
  const raw = fields['rope_scaling'] ?? fields['rope_parameters'];
  if (raw === undefined || raw === null) return null;
  if (typeof raw !== 'object') throw corrupt('rope_scaling', 'must be an object');
  const scaling = raw as Record<string, unknown>;
  const type = scaling['rope_type'] ?? scaling['type'] ?? 'default';
  if (type === 'default') return null;
  if (type !== 'llama3') {
    throw new Rank1Error(
      'model-unsupported',
      `RoPE type ${quote(type)} is not supported; only "default" and "llama3" are.`,
    );
  }
  return {
    factor: positive(scaling, 'factor'),
    lowFreqFactor: positive(scaling, 'low_freq_factor'),
    highFreqFactor: positive(scaling, 'high_freq_factor'),
    originalMaxPositions: integer(scaling, 'original_max_position_embeddings', 1, 1 << 22),
  };
}

function parseEosTokenIds(fields: Record<string, unknown>): number[] {
  const raw = fields['eos_token_id'];
  const ids: unknown[] = Array.isArray(raw) ? raw : raw === undefined || raw === null ? [] : [raw];
  return ids.filter((id): id is number => Number.isSafeInteger(id) && (id as number) >= 0);
}

function integer(
  fields: Record<string, unknown>,
  name: string,
  min: number,
  max: number,
  fallback?: number,
): number {
  const value = fields[name] ?? fallback;
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw corrupt(name, `must be an integer from ${min} to ${max}`);
  }
  return value as number;
}

function positive(fields: Record<string, unknown>, name: string, fallback?: number): number {
  const value = fields[name] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw corrupt(name, 'must be a positive number');
  }
  return value;
}

/** For messages. Only names are shown: what else a hostile file puts there may be too deep to print. */
function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : 'not a name';
}

function corrupt(name: string, problem: string): Rank1Error {
  return new Rank1Error('model-corrupt', `config.json: ${name} ${problem}. Download the model again.`);
}
