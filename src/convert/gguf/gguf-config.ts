/** Converts GGUF metadata to the model's config.json. */
import { Rank1Error } from '../../base/errors.ts';
import type { GgufMetadata, GgufValue } from './gguf-reader.ts';

const ARCHITECTURES = {
  llama: { architectures: ['LlamaForCausalLM'], model_type: 'llama' },
  qwen2: { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2' },
} as const;
export type GgufArchitecture = keyof typeof ARCHITECTURES;

/** The architecture-specific keys read below. */
const READ_KEYS =
  `block_count context_length embedding_length feed_forward_length vocab_size attention.head_count
  attention.head_count_kv attention.key_length attention.value_length attention.layer_norm_rms_epsilon rope.freq_base
  rope.dimension_count rope.scaling.type rope.scaling.factor rope.scaling.original_context_length
  rope.scaling.finetuned rope.scale_linear expert_count expert_used_count attention.sliding_window attention.causal`.split(
    /\s+/,
  );

export interface GgufModel {
  readonly architecture: GgufArchitecture;
  readonly config: Readonly<Record<string, unknown>>;
  readonly headDim: number;
}

/**
 * Numbers are copied unchecked: `parseModelSpec` validates the result like any config.json. Unread keys of
 * the architecture are copied too, so that they are reported there as unknown.
 * @param ropeFactors the tensor `rope_freqs.weight`, one factor per frequency; `null` if absent
 * @throws Rank1Error `model-unsupported`
 */
export function ggufModel(
  metadata: GgufMetadata,
  isTied: boolean,
  ropeFactors: Float32Array | null,
): GgufModel {
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string' || !Object.hasOwn(ARCHITECTURES, architecture)) {
    throw unsupported('general.architecture', architecture, 'llama and qwen2 are');
  }
  const get = (key: string): GgufValue | undefined => metadata.get(`${architecture}.${key}`);
  const number = (key: string): number | undefined => {
    const value = get(key);
    if (value === undefined || typeof value === 'number') return value;
    throw unsupported(`${architecture}.${key}`, value, 'one number for all layers is');
  };
  const only = (key: string, allowed: readonly unknown[], supported: string): void => {
    const value = get(key);
    if (value !== undefined && !allowed.includes(value))
      throw unsupported(`${architecture}.${key}`, value, supported);
  };
  const numHeads = number('attention.head_count') ?? NaN;
  const headDim = number('attention.key_length') ?? (number('embedding_length') ?? NaN) / numHeads;
  const unscaled = 'positions that are not rescaled are';
  only('attention.value_length', [headDim], `only the length of keys, ${headDim}, is`);
  only('rope.dimension_count', [headDim], `only whole heads of ${headDim} are`);
  only('rope.scaling.type', ['none'], unscaled);
  // llama.cpp takes a missing type as linear, and a factor of 0 as none; rope.scale_linear is the older key.
  if (get('rope.scaling.type') === undefined)
    for (const key of ['rope.scaling.factor', 'rope.scale_linear']) only(key, [0, 1], unscaled);
  only('expert_count', [0], 'models without experts are');
  only('attention.causal', [true], 'causal attention is');
  const numKeyValueHeads = number('attention.head_count_kv') ?? numHeads;
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const theta = number('rope.freq_base') ?? 10_000;
  const prefix = `${architecture}.`;
  const unread = [...metadata.keys()].filter(
    (key) => key.startsWith(prefix) && !READ_KEYS.includes(key.slice(prefix.length)),
  );
  const config = {
    ...ARCHITECTURES[architecture as GgufArchitecture],
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: numHeads,
    num_key_value_heads: numKeyValueHeads,
    head_dim: headDim,
    vocab_size: Array.isArray(tokens) ? tokens.length : number('vocab_size'),
    max_position_embeddings: number('context_length'),
    rope_theta: theta,
    rope_scaling: ropeFactors && llama3Scaling(ropeFactors, theta, headDim),
    rms_norm_eps: number('attention.layer_norm_rms_epsilon'),
    tie_word_embeddings: isTied,
    ...(architecture === 'llama' && { sliding_window: number('attention.sliding_window') }),
    eos_token_id: metadata.get('tokenizer.ggml.eos_token_id'),
    bos_token_id: metadata.get('tokenizer.ggml.bos_token_id'),
    ...Object.fromEntries(unread.map((key) => [key, String(metadata.get(key)).slice(0, 60)])),
  };
  return { architecture: architecture as GgufArchitecture, config, headDim };
}

/** The published rescalings of Llama 3.1 and 3.2; a GGUF file contains only the resulting factors. */
const LLAMA3_FACTORS = [8, 32];
const LLAMA3 = {
  rope_type: 'llama3',
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
};

function llama3Scaling(factors: Float32Array, theta: number, headDim: number): object {
  for (const factor of LLAMA3_FACTORS) {
    const isIt = factors.every((value, i) => {
      const expected = llama3Factor((2 * Math.PI) / theta ** ((-2 * i) / headDim), factor);
      return Math.abs(value - expected) <= 1e-4 * expected;
    });
    if (isIt && factors.length === headDim / 2) return { ...LLAMA3, factor };
  }
  throw unsupported(
    'rope_freqs.weight',
    'its own factors',
    "only Llama 3.1's and 3.2's rescaling of positions is",
  );
}

function llama3Factor(wavelength: number, factor: number): number {
  const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: longest } = LLAMA3;
  if (wavelength > longest / low) return factor;
  if (wavelength < longest / high) return 1;
  const smooth = (longest / wavelength - low) / (high - low);
  return 1 / ((1 - smooth) / factor + smooth);
}

export function unsupported(key: string, value: GgufValue | undefined, supported: string): Rank1Error {
  const shown =
    typeof value === 'object' ? 'a list' : JSON.stringify(String(value ?? 'nothing').slice(0, 60));
  return new Rank1Error(
    'model-unsupported',
    `The GGUF file sets ${key} to ${shown}, which cannot be converted; ${supported}. Choose another file, or the original checkpoint.`,
  );
}
