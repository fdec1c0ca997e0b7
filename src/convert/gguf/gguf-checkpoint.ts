/**
 * A GGUF file as a checkpoint folder: metadata becomes config.json and the tokenizer's files, and tensors get
 * their transformers names. Blocks stay as in the file (block-types.ts).
 */
import { Rank1Error } from '../../base/errors.ts';
import type { ByteSource } from '../byte-io.ts';
import type { CheckpointFolder } from '../checkpoint-folder.ts';
import { decodeFloats, FLOAT_BYTES } from '../float-formats.ts';
import { readText } from '../read-json.ts';
import type { TensorDtype, TensorEntry } from '../safetensors.ts';
import { BLOCK_TYPES, isBlockDtype } from './block-types.ts';
import { ggufModel, unsupported, type GgufModel } from './gguf-config.ts';
import { invalidGguf, readGgufHead, type GgufHead, type GgufTensor } from './gguf-reader.ts';
import { ggufTokenizer, type TokenizerJson } from './gguf-tokenizer.ts';

/** By GGUF type number; unsupported types are listed only to be named in errors. */
const TYPES: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  6: 'Q5_0',
  7: 'Q5_1',
  8: 'Q8_0',
  10: 'Q2_K',
  11: 'Q3_K',
  12: 'Q4_K',
  13: 'Q5_K',
  14: 'Q6_K',
  30: 'BF16',
};
const ROPE_FACTORS = 'rope_freqs.weight';

const OUTER: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};
const OF_LAYER: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  ffn_norm: 'post_attention_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

const QWEN2_BIASES = ['attn_q', 'attn_k', 'attn_v'];

export const isGgufName = (name: string): boolean => /\.gguf$/i.test(name);

export class GgufCheckpoint implements CheckpointFolder {
  readonly #tensors: ReadonlyMap<string, TensorEntry>;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #close: () => Promise<void>;

  private constructor(
    tensors: ReadonlyMap<string, TensorEntry>,
    texts: ReadonlyMap<string, string>,
    close: () => Promise<void>,
  ) {
    this.#tensors = tensors;
    this.#texts = texts;
    this.#close = close;
  }

  /**
   * @param folder containing the file, closed with the checkpoint; its tokenizer.json is read only if the
   * GGUF file's own tokenizer is of an unknown kind
   * @throws Rank1Error `model-not-found`, `invalid-file`, `model-unsupported`
   */
  static async open(folder: CheckpointFolder, name: string): Promise<GgufCheckpoint> {
    const source = await folder.open(name);
    if (source === null) throw new Rank1Error('model-not-found', `There is no ${name}. Check the name.`);
    const head = await readGgufHead(source);
    const entries = head.tensors.map((tensor) => entryOf(source, head, tensor));
    checkOverlap(source, entries);
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    if (byName.size < entries.length) throw invalidGguf(source, 'lists a tensor twice');
    const factors = byName.get(ROPE_FACTORS);
    const model = ggufModel(
      head.metadata,
      !byName.has('output.weight'),
      factors ? decodeFloats(await source.read(factors.start, factors.end), floatDtype(factors)) : null,
    );
    const tensors = new Map<string, TensorEntry>();
    for (const entry of entries) {
      const named = renamed(entry, model);
      if (named) tensors.set(named.name, named);
    }
    const texts = new Map([['config.json', JSON.stringify(model.config)]]);
    for (const [file, text] of await tokenizerTexts(folder, name, ggufTokenizer(head.metadata)))
      texts.set(file, text);
    return new GgufCheckpoint(tensors, texts, () => folder.close());
  }

  open(name: string): Promise<ByteSource | null> {
    const text = this.#texts.get(name);
    if (text === undefined) return Promise.resolve(null);
    const bytes = new TextEncoder().encode(text);
    return Promise.resolve({
      name,
      size: bytes.length,
      read: (start, end) => Promise.resolve(bytes.slice(start, end)),
    });
  }

  openTensors(): Promise<ReadonlyMap<string, TensorEntry>> {
    return Promise.resolve(this.#tensors);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

async function tokenizerTexts(
  folder: CheckpointFolder,
  name: string,
  own: TokenizerJson | null,
): Promise<[string, string][]> {
  if (own) {
    return [
      ['tokenizer.json', JSON.stringify(own.tokenizer)],
      ['tokenizer_config.json', JSON.stringify(own.config)],
      ['generation_config.json', JSON.stringify(own.generation)],
    ];
  }
  const texts: [string, string][] = [];
  for (const file of ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json']) {
    const text = await readText(folder, file);
    if (text !== null) texts.push([file, text]);
  }
  if (texts.some(([file]) => file === 'tokenizer.json')) return texts;
  throw new Rank1Error(
    'model-unsupported',
    `The tokenizer in ${name} is of a kind that is not known here. Put the tokenizer.json and tokenizer_config.json of the original checkpoint beside it.`,
  );
}

function entryOf(source: ByteSource, { dataStart, alignment }: GgufHead, tensor: GgufTensor): TensorEntry {
  const label = JSON.stringify(tensor.name.slice(0, 120));
  const type = TYPES[tensor.type] ?? `type ${tensor.type}`;
  const dtype = dtypeOf(type);
  if (dtype === null) {
    throw unsupported(tensor.name.slice(0, 120), type, 'F32, F16, BF16, Q4_0, Q4_1, Q8_0 and Q6_K are');
  }
  const [inner = 0] = tensor.dims;
  const { numValues, numBytes } = isBlockDtype(dtype)
    ? BLOCK_TYPES[dtype]
    : { numValues: 1, numBytes: FLOAT_BYTES[dtype as keyof typeof FLOAT_BYTES] };
  if (inner % numValues !== 0) throw invalidGguf(source, `gives ${label} rows that are not whole blocks`);
  const bytes = tensor.dims.reduce((product, dim) => product * dim, numBytes / numValues);
  const start = dataStart + tensor.offset;
  if (!Number.isSafeInteger(bytes) || start + bytes > source.size) {
    throw invalidGguf(source, `ends before ${label} does (${source.size} of ${start + bytes} bytes)`);
  }
  if (tensor.offset % alignment !== 0) throw invalidGguf(source, `places ${label} at an unaligned offset`);
  return { name: tensor.name, dtype, shape: tensor.dims.toReversed(), source, start, end: start + bytes };
}

function dtypeOf(type: string): TensorDtype | null {
  return type === 'F32' || type === 'F16' || type === 'BF16' || isBlockDtype(type) ? type : null;
}

function floatDtype(entry: TensorEntry): 'F32' {
  if (entry.dtype === 'F32') return 'F32';
  throw unsupported(entry.name, entry.dtype, 'only F32 is');
}

function checkOverlap(source: ByteSource, entries: readonly TensorEntry[]): void {
  const sorted = [...entries].sort((a, b) => a.start - b.start);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i]!.start < sorted[i - 1]!.end)
      throw invalidGguf(
        source,
        `is malformed: ${JSON.stringify(sorted[i]!.name.slice(0, 120))} overlaps another tensor`,
      );
  }
}

/** With its transformers name; `null` if the model does not need it. */
function renamed(entry: TensorEntry, model: GgufModel): TensorEntry | null {
  const outer = /^(\w+)\.weight$/.exec(entry.name)?.[1];
  if (outer !== undefined && Object.hasOwn(OUTER, outer)) return { ...entry, name: `${OUTER[outer]}.weight` };
  const [, layer, part = '', kind] = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(entry.name) ?? [];
  if (!Object.hasOwn(OF_LAYER, part)) {
    if (entry.name === ROPE_FACTORS) return null;
    throw unsupported(entry.name.slice(0, 120), 'a tensor', 'models of the Llama and Qwen2 layers are');
  }
  const name = `model.layers.${layer}.${OF_LAYER[part]}.${kind}`;
  const isQwen2 = model.architecture === 'qwen2';
  if (kind === 'bias' && !(isQwen2 && QWEN2_BIASES.includes(part)))
    throw unsupported(
      entry.name.slice(0, 120),
      'a tensor',
      "models without biases, but for Qwen2's of q, k and v, are",
    );
  const rotates = part === 'attn_q' || part === 'attn_k';
  if (isQwen2 || !rotates) return { ...entry, name };
  // llama.cpp rotates neighbouring values where transformers rotates halves, and stores Llama's rows in that
  // order.
  return { ...entry, name, interleavedHeadDim: model.headDim };
}
