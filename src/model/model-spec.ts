/** A model's dimensions, from `config.json` and `generation_config.json`. */
import { Rank1Error } from '../base/errors.ts';
import { configCorrupt, quote } from './config-error.ts';
import { integerField, numberField, switchField, type ConfigFields } from './config-fields.ts';
import { checkConfigRules } from './config-rules.ts';
import { parseRope, type Llama3RopeScaling } from './rope-config.ts';

export interface ModelSpec {
  readonly architecture: (typeof ARCHITECTURES)[number];
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
  /** `null` if positions are not rescaled */
  readonly ropeScaling: Llama3RopeScaling | null;
  readonly rmsNormEps: number;
  readonly tieWordEmbeddings: boolean;
  /** Whether q, k and v projections have a bias (Qwen2). */
  readonly attentionBias: boolean;
  /** Whether each head's query and key are RMS-normalised before their positions are applied (Qwen3). */
  readonly queryKeyNorm: boolean;
  /** Token ids that end generation, in addition to the tokenizer's (rank1/chain-reader.ts). */
  readonly eosTokenIds: readonly number[];
}

export type KvDtype = 'float32' | 'float16';

/** KV cache bytes per token: keys and values of every layer. */
export function kvBytesPerToken(spec: ModelSpec, dtype: KvDtype): number {
  const bytesPerValue = dtype === 'float16' ? 2 : 4;
  return 2 * spec.numLayers * spec.numKeyValueHeads * spec.headDim * bytesPerValue;
}

const ARCHITECTURES = [
  'Qwen2ForCausalLM',
  'Qwen3ForCausalLM',
  'LlamaForCausalLM',
  'MistralForCausalLM',
] as const;

/** transformers' default, which does not follow the hidden size. */
const QWEN3_HEAD_DIM = 128;

/**
 * Parses a Hugging Face `config.json` (already JSON-decoded). It is untrusted, so every number is checked. A
 * key that requires unsupported arithmetic is refused; none is silently ignored.
 * @param generationConfig decoded `generation_config.json`, whose end-of-text tokens are added
 * @throws Rank1Error `model-unsupported` for an unsupported architecture or feature, `model-corrupt` if a
 * field is missing or out of range
 */
export function parseModelSpec(config: unknown, generationConfig?: unknown): ModelSpec {
  const fields = asFields('config.json', config);
  const architecture = parseArchitecture(fields);
  checkConfigRules(fields);
  const numHeads = integerField(fields, 'num_attention_heads', { min: 1, max: 1024 });
  const hiddenSize = integerField(fields, 'hidden_size', { min: 1, max: 1 << 17 });
  const rope = parseRope(fields);
  const spec: ModelSpec = {
    architecture,
    hiddenSize,
    intermediateSize: integerField(fields, 'intermediate_size', { min: 1, max: 1 << 20 }),
    numLayers: integerField(fields, 'num_hidden_layers', { min: 1, max: 512 }),
    numHeads,
    numKeyValueHeads: integerField(fields, 'num_key_value_heads', {
      min: 1,
      max: numHeads,
      fallback: numHeads,
    }),
    headDim: integerField(fields, 'head_dim', {
      min: 2,
      max: 1024,
      fallback: architecture === 'Qwen3ForCausalLM' ? QWEN3_HEAD_DIM : hiddenSize / numHeads,
    }),
    vocabSize: integerField(fields, 'vocab_size', { min: 2, max: 1 << 22 }),
    maxPositions: integerField(fields, 'max_position_embeddings', { min: 1, max: 1 << 22 }),
    ropeTheta: rope.theta,
    ropeScaling: rope.scaling,
    rmsNormEps: numberField(fields, 'rms_norm_eps', { above: 0, fallback: 1e-6 }),
    tieWordEmbeddings: switchField(fields, 'tie_word_embeddings'),
    // Qwen2 always has them, whatever its config.json says.
    attentionBias: switchField(fields, 'attention_bias') || architecture === 'Qwen2ForCausalLM',
    queryKeyNorm: architecture === 'Qwen3ForCausalLM',
    eosTokenIds: [
      ...new Set([
        ...parseEosTokenIds('config.json', fields),
        ...parseEosTokenIds(
          'generation_config.json',
          asFields('generation_config.json', generationConfig ?? {}),
        ),
      ]),
    ],
  };
  if (spec.headDim % 2 !== 0) {
    throw configCorrupt('head_dim', spec.headDim, 'must be even, as positions rotate pairs');
  }
  if (spec.numHeads % spec.numKeyValueHeads !== 0) {
    throw configCorrupt('num_attention_heads', numHeads, 'must be a multiple of num_key_value_heads');
  }
  return spec;
}

function asFields(file: string, value: unknown): ConfigFields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as ConfigFields;
  throw new Rank1Error('model-corrupt', `${file} is not a JSON object. Download the model again.`);
}

function parseArchitecture(fields: ConfigFields): ModelSpec['architecture'] {
  const listed: unknown[] = Array.isArray(fields['architectures']) ? fields['architectures'] : [];
  const known = ARCHITECTURES.find((name) => listed.includes(name));
  if (known) return known;
  throw new Rank1Error(
    'model-unsupported',
    `The model's architecture is ${quote(listed[0] ?? fields['model_type'])}; ` +
      `supported are ${ARCHITECTURES.join(', ')}. Choose a rank1 checkpoint of one of these.`,
  );
}

function parseEosTokenIds(file: string, fields: ConfigFields): number[] {
  const raw = fields['eos_token_id'] ?? [];
  const ids: unknown[] = Array.isArray(raw) ? raw : [raw];
  return ids.map((id) => {
    if (Number.isSafeInteger(id) && (id as number) >= 0) return id as number;
    throw new Rank1Error(
      'model-corrupt',
      `${file}: eos_token_id must be a token id or a list of them, not ${quote(id)}. Download the model again.`,
    );
  });
}
