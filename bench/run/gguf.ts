/**
 * Writes a Llama, Qwen2 or Qwen3 model as GGUF, for llama.cpp. Matrices are Q4_0, which is our own symmetric grid (blocks of 32,
 * value = d * (code - 8)) but for two things: the scale d is fp16, and a block's codes are laid out as 16 low
 * nibbles for its first half and 16 high ones for its second. As F32 they are the values themselves, for comparisons
 * finer than fp16 scales allow.
 */
import { writeFileSync } from 'node:fs';
import { encodeFloat16 } from '../../src/convert/float-formats.ts';
import type { ModelSpec } from '../../src/model/model-spec.ts';
import type { ModelTensors } from './model-tensors.ts';
import { dequantise, sliceRows, type Q4Matrix } from './onnx-weights.ts';

/** Value type numbers of the format's metadata. */
const VALUE = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const TENSOR = { F32: 0, Q4_0: 2 } as const;
/** llama.cpp's LLAMA_POOLING_TYPE_RANK */
const POOLING_RANK = 4;
const ALIGNMENT = 32;
const TOKEN = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;

type Value =
  | { readonly type: 'uint32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'ints'; readonly value: readonly number[] };

interface TensorPart {
  readonly name: string;
  /** innermost first */
  readonly dims: readonly number[];
  readonly type: number;
  readonly bytes: Uint8Array;
}

export interface TokenizerFile {
  readonly pre_tokenizer?: { readonly type: string } | null;
  readonly model: {
    readonly vocab: Record<string, number>;
    readonly merges: readonly (string | readonly [string, string])[];
  };
  readonly added_tokens: readonly {
    readonly id: number;
    readonly content: string;
    readonly special: boolean;
  }[];
}

/** What makes a model with a tied head a reranker for llama.cpp: it answers with the softmax of these rows of the head. */
export interface GgufReranker {
  /** with `{query}` and `{document}` */
  readonly template: string;
  readonly answers: readonly { readonly text: string; readonly id: number }[];
}

export interface GgufModel {
  readonly name: string;
  readonly spec: ModelSpec;
  readonly tensors: ModelTensors;
  readonly tokenizer: TokenizerFile;
  /** default Q4_0 */
  readonly matrixType?: 'Q4_0' | 'F32';
  readonly reranker?: GgufReranker;
}

export function writeGguf(file: string, model: GgufModel): void {
  const { name, spec, tokenizer, reranker, matrixType = 'Q4_0' } = model;
  const architecture = architectureOf(spec);
  const ofArchitecture = (entries: readonly [string, Value][]) =>
    entries.map(([key, value]) => [`${architecture}.${key}`, value] as const);
  const metadata = new Map<string, Value>([
    ['general.architecture', string(architecture)],
    ['general.name', string(name)],
    ['general.file_type', uint32(TENSOR[matrixType])],
    ['general.quantization_version', uint32(2)],
    ...ofArchitecture([
      ['block_count', uint32(spec.numLayers)],
      ['context_length', uint32(spec.maxPositions)],
      ['embedding_length', uint32(spec.hiddenSize)],
      ['feed_forward_length', uint32(spec.intermediateSize)],
      ['attention.head_count', uint32(spec.numHeads)],
      ['attention.head_count_kv', uint32(spec.numKeyValueHeads)],
      ['attention.key_length', uint32(spec.headDim)],
      ['attention.value_length', uint32(spec.headDim)],
      ['attention.layer_norm_rms_epsilon', { type: 'float32', value: spec.rmsNormEps }],
      ['rope.freq_base', { type: 'float32', value: spec.ropeTheta }],
    ]),
    ...(architecture === 'llama'
      ? ofArchitecture([
          ['rope.dimension_count', uint32(spec.headDim)],
          ['vocab_size', uint32(spec.vocabSize)],
        ])
      : []),
    ...tokenizerMetadata(tokenizer, spec),
    ...(reranker ? rerankerMetadata(architecture, reranker) : []),
  ]);
  const parts = tensorParts(model);
  const head = new ByteList();
  head.text('GGUF').uint32(3).uint64(parts.length).uint64(metadata.size);
  for (const [key, value] of metadata) head.string(key).value(value);
  let offset = 0;
  for (const { name, dims, type, bytes } of parts) {
    head.string(name).uint32(dims.length);
    for (const dim of dims) head.uint64(dim);
    head.uint32(type).uint64(offset);
    offset += aligned(bytes.length);
  }
  const padding = (length: number) => new Uint8Array(aligned(length) - length);
  const chunks = [...head.chunks, padding(head.length)];
  for (const { bytes } of parts) chunks.push(bytes, padding(bytes.length));
  writeFileSync(file, Buffer.concat(chunks));
}

function architectureOf({ queryKeyNorm, attentionBias }: ModelSpec): 'llama' | 'qwen2' | 'qwen3' {
  return queryKeyNorm ? 'qwen3' : attentionBias ? 'qwen2' : 'llama';
}

function tokenizerMetadata(
  { model, added_tokens: added, pre_tokenizer: splitting }: TokenizerFile,
  spec: ModelSpec,
): [string, Value][] {
  const tokens = Array.from({ length: spec.vocabSize }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(spec.vocabSize).fill(TOKEN.unused);
  for (const [token, id] of Object.entries(model.vocab)) {
    tokens[id] = token;
    types[id] = TOKEN.normal;
  }
  for (const { id, content, special } of added) {
    tokens[id] = content;
    types[id] = special ? TOKEN.control : TOKEN.userDefined;
  }
  const merges = model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  const entries: [string, Value][] = [
    ['tokenizer.ggml.model', string('gpt2')],
    ['tokenizer.ggml.pre', string(splitting?.type === 'ByteLevel' ? 'gpt-2' : 'qwen2')],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'ints', value: types }],
    ['tokenizer.ggml.merges', { type: 'strings', value: merges }],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ];
  const eos = spec.eosTokenIds[0];
  if (eos !== undefined) {
    entries.push(
      ['tokenizer.ggml.eos_token_id', uint32(eos)],
      ['tokenizer.ggml.padding_token_id', uint32(eos)],
    );
  }
  return entries;
}

function rerankerMetadata(architecture: string, { template, answers }: GgufReranker): [string, Value][] {
  return [
    [`${architecture}.pooling_type`, uint32(POOLING_RANK)],
    [`${architecture}.classifier.output_labels`, { type: 'strings', value: answers.map(({ text }) => text) }],
    ['tokenizer.chat_templates', { type: 'strings', value: ['rerank'] }],
    ['tokenizer.chat_template.rerank', string(template)],
  ];
}

function tensorParts({ spec, tensors, reranker, matrixType = 'Q4_0' }: GgufModel): TensorPart[] {
  const { matrices, vectors } = tensors;
  const architecture = architectureOf(spec);
  const parts: TensorPart[] = [];
  const matrix = (name: string, source: string) => {
    const stored = required(matrices, source);
    const isRotated = architecture === 'llama' && /self_attn\.[qk]_proj$/.test(source);
    const weight = isRotated ? pairRotated(stored, spec.headDim) : stored;
    const bytes = matrixType === 'F32' ? bytesOf(dequantise(weight)) : toQ4_0(weight);
    parts.push({ name, dims: [weight.cols, weight.rows], type: TENSOR[matrixType], bytes });
  };
  const vector = (name: string, source: string) => {
    const values = required(vectors, source);
    parts.push({ name, dims: [values.length], type: TENSOR.F32, bytes: bytesOf(values) });
  };
  matrix('token_embd.weight', 'model.embed_tokens');
  if (!spec.tieWordEmbeddings) matrix('output.weight', 'lm_head');
  vector('output_norm.weight', 'model.norm.weight');
  if (reranker) {
    const table = required(matrices, 'model.embed_tokens');
    const rows = reranker.answers.map(({ id }) =>
      Buffer.from(bytesOf(dequantise(sliceRows(table, id, id + 1)))),
    );
    parts.push({
      name: 'cls.output.weight',
      dims: [table.cols, rows.length],
      type: TENSOR.F32,
      bytes: Buffer.concat(rows),
    });
  }
  for (let layer = 0; layer < spec.numLayers; layer++) {
    const to = `blk.${layer}`;
    const from = `model.layers.${layer}`;
    vector(`${to}.attn_norm.weight`, `${from}.input_layernorm.weight`);
    vector(`${to}.ffn_norm.weight`, `${from}.post_attention_layernorm.weight`);
    for (const part of ['q', 'k', 'v']) {
      matrix(`${to}.attn_${part}.weight`, `${from}.self_attn.${part}_proj`);
      if (spec.attentionBias) vector(`${to}.attn_${part}.bias`, `${from}.self_attn.${part}_proj.bias`);
    }
    if (spec.queryKeyNorm) {
      for (const part of ['q', 'k'])
        vector(`${to}.attn_${part}_norm.weight`, `${from}.self_attn.${part}_norm.weight`);
    }
    matrix(`${to}.attn_output.weight`, `${from}.self_attn.o_proj`);
    for (const part of ['gate', 'up', 'down']) matrix(`${to}.ffn_${part}.weight`, `${from}.mlp.${part}_proj`);
  }
  return parts;
}

/** A head's two halves row by row in turns: llama.cpp rotates neighbours of this architecture, where others rotate halves. */
function pairRotated(weight: Q4Matrix, headDim: number): Q4Matrix {
  const order = Array.from({ length: weight.rows }, (_, row) => {
    const within = row % headDim;
    return row - within + (within >> 1) + (within & 1) * (headDim / 2);
  });
  const rows = order.map((row) => sliceRows(weight, row, row + 1));
  return {
    ...weight,
    codes: Buffer.concat(rows.map(({ codes }) => codes)),
    scales: Float32Array.from(rows.flatMap(({ scales }) => [...scales])),
  };
}

/** Blocks of 18 bytes: fp16 scale, then code j in the low and code j + 16 in the high nibble of byte j. */
export function toQ4_0({ codes, scales }: Q4Matrix): Uint8Array {
  const halves = new Uint8Array(encodeFloat16(new Float32Array(scales)).buffer);
  const blocks = new Uint8Array(scales.length * 18);
  for (let block = 0; block < scales.length; block++) {
    const to = block * 18;
    blocks[to] = halves[2 * block]!;
    blocks[to + 1] = halves[2 * block + 1]!;
    for (let j = 0; j < 16; j++) {
      const low = nibble(codes, block * 32 + j);
      const high = nibble(codes, block * 32 + j + 16);
      blocks[to + 2 + j] = low | (high << 4);
    }
  }
  return blocks;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);
const nibble = (codes: Uint8Array, index: number) => (codes[index >> 1]! >> ((index & 1) * 4)) & 15;
const aligned = (length: number) => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
const string = (value: string): Value => ({ type: 'string', value });
const uint32 = (value: number): Value => ({ type: 'uint32', value });

function required<T>(map: ReadonlyMap<string, T>, key: string): T {
  const value = map.get(key);
  if (value === undefined) throw new Error(`the model has no ${key}`);
  return value;
}

class ByteList {
  readonly chunks: Uint8Array[] = [];
  length = 0;

  bytes(bytes: Uint8Array): this {
    this.chunks.push(bytes);
    this.length += bytes.length;
    return this;
  }

  text(text: string): this {
    return this.bytes(Buffer.from(text));
  }

  uint32(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return this.bytes(bytes);
  }

  uint64(value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return this.bytes(bytes);
  }

  string(text: string): this {
    const bytes = Buffer.from(text);
    return this.uint64(bytes.length).bytes(bytes);
  }

  value(value: Value): this {
    switch (value.type) {
      case 'uint32':
        return this.uint32(VALUE.uint32).uint32(value.value);
      case 'float32':
        return this.uint32(VALUE.float32).bytes(new Uint8Array(Float32Array.of(value.value).buffer));
      case 'bool':
        return this.uint32(VALUE.bool).bytes(Uint8Array.of(value.value ? 1 : 0));
      case 'string':
        return this.uint32(VALUE.string).string(value.value);
      case 'strings':
        this.uint32(VALUE.array).uint32(VALUE.string).uint64(value.value.length);
        for (const item of value.value) this.string(item);
        return this;
      case 'ints':
        this.uint32(VALUE.array).uint32(VALUE.int32).uint64(value.value.length);
        return this.bytes(new Uint8Array(Int32Array.from(value.value).buffer));
    }
  }
}
