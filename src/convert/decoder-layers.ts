/**
 * The decoder body of Qwen2, Qwen3, Llama and Mistral: token ids in, normalised hidden states out, with packed QKV
 * and a KV cache. The layout (rank1-layout.ts, transformersjs-layout.ts) adds inputs, lengths and logits.
 * Axes: B rows, S tokens per row, V vocabulary, D hidden size, N heads, KV key-value heads, H head size.
 */
import { Rank1Error } from '../base/errors.ts';
import { pastName, presentName } from '../model/onnx-io.ts';
import type { ModelSpec } from '../model/model-spec.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { openMatrix, type Matrix } from './matrix.ts';
import type { OnnxValue } from './onnx-proto.ts';
import { openLinear, packQkv, type LinearWeight } from './linear-weights.ts';
import { inverseFrequencies, rotaryTable } from './rotary-tables.ts';
import { storeFloats, storeVector, type WeightFormat } from './weight-format.ts';

export interface DecoderContext {
  readonly graph: GraphBuilder;
  readonly spec: ModelSpec;
  readonly checkpoint: Checkpoint;
  readonly format: WeightFormat;
  /** Rows of the rotary tables: the longest sequence that the graph can run. */
  readonly maxPositions: number;
}

/** The graph's inputs and outputs; its nodes and weights are in `DecoderContext.graph`. */
export interface DecoderGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Names of GroupQueryAttention's inputs besides the activations. */
export interface AttentionInputs {
  /** int32 [B]: tokens in the cache after this call, minus one */
  readonly seqlensK: string;
  /** int32 [1]: the longest row after this call */
  readonly totalSequenceLength: string;
}

interface LayerContext extends DecoderContext {
  readonly attentionInputs: AttentionInputs;
  readonly rotary: { readonly cos: string; readonly sin: string };
}

/** `residual` is the running sum; `h` is the sum normalised, which the next block reads. Both [B, S, D], or as picked. */
interface Stream {
  readonly residual: string;
  readonly h: string;
}

/** Selects from x [B, S, `width`] the tokens whose hidden states are read; returns the name of the result. */
export type PickTokens = (x: string, width: number) => string;

/**
 * Token ids [B, S] to normalised hidden states of the tokens that `pick` selects; returns their name. Behind its
 * attention the last layer computes nothing for the others.
 */
export function decoderLayers(
  context: DecoderContext,
  ids: string,
  attentionInputs: AttentionInputs,
  pick: PickTokens = (x) => x,
): string {
  const { graph, spec, checkpoint, format } = context;
  if (spec.headDim % 16 !== 0) {
    throw new Rank1Error(
      'model-unsupported',
      `Heads of ${spec.headDim} values cannot be run: the attention kernel needs a multiple of 16. Choose another checkpoint.`,
    );
  }
  const layerContext = { ...context, attentionInputs, rotary: storeRotaryTables(context) };
  const table = openMatrix(checkpoint, 'model.embed_tokens.weight', spec.vocabSize, spec.hiddenSize);
  const embedded = format.embedding(graph, 'embed_tokens', ids, table);
  let stream: Stream = {
    residual: embedded,
    h: rmsNorm(layerContext, 'layers.0.input_layernorm', embedded, spec.hiddenSize),
  };
  for (let layer = 0; layer < spec.numLayers; layer++) {
    const attended = attention(layerContext, layer, stream.h);
    const read: PickTokens = layer === spec.numLayers - 1 ? pick : (x) => x;
    const residual = read(stream.residual, spec.hiddenSize);
    stream = feedForward(layerContext, layer, residual, read(attended, spec.numHeads * spec.headDim));
  }
  return stream.h;
}

/** The output head: x [..., D] to logits [..., V] in the format's float type; returns their name. */
export function vocabularyHead(context: DecoderContext, x: string): string {
  const { graph, spec, format } = context;
  const tiedTo = spec.tieWordEmbeddings ? 'embed_tokens' : null;
  return format.head(graph, 'lm_head', x, headTable(context), tiedTo);
}

/** The output head for a few tokens only: x [..., D] to logits [..., tokenIds.length]. */
export function answerHead(context: DecoderContext, x: string, tokenIds: readonly number[]): string {
  const { graph, spec, format } = context;
  return format.headRows(graph, 'answer_head', x, headTable(context, tokenIds), spec.tieWordEmbeddings);
}

function headTable({ spec, checkpoint }: DecoderContext, tokenIds?: readonly number[]): Matrix {
  const name = spec.tieWordEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
  return openMatrix(checkpoint, name, spec.vocabSize, spec.hiddenSize, tokenIds);
}

/** `past_key_values.*` or `present.*` of every layer, [`batch`, KV, `tokens`, H]. */
export function cacheValues(
  { spec, format }: DecoderContext,
  nameOf: typeof pastName,
  batch: string,
  tokens: string,
): readonly OnnxValue[] {
  const dims = [batch, spec.numKeyValueHeads, tokens, spec.headDim];
  return Array.from({ length: spec.numLayers }, (_, layer) =>
    (['key', 'value'] as const).map((part) => ({ name: nameOf(layer, part), type: format.floatType, dims })),
  ).flat();
}

/** What follows a layer's attention: its output product, and the gated two-layer perceptron. */
function feedForward(context: LayerContext, layer: number, residual: string, attended: string): Stream {
  const { graph, spec, checkpoint, format } = context;
  const name = `layers.${layer}`;
  const weight = (part: string, rows: number, cols: number): LinearWeight =>
    openLinear(checkpoint, `model.${name}.${part}`, rows, cols);
  const { hiddenSize: d, intermediateSize: f } = spec;

  const oWeight = weight('self_attn.o_proj', d, spec.numHeads * spec.headDim);
  const attentionOut = format.linear(graph, `${name}.o_proj`, attended, oWeight, outputBias(context, layer));
  const middle = addAndNormalise(context, `${name}.post_attention_layernorm`, residual, attentionOut);

  const gate = format.linear(graph, `${name}.gate_proj`, middle.h, weight('mlp.gate_proj', f, d), null);
  const up = format.linear(graph, `${name}.up_proj`, middle.h, weight('mlp.up_proj', f, d), null);
  // The runtime fuses exactly this order (Sigmoid, Mul, Mul) with the two preceding products.
  const sigmoid = graph.node('Sigmoid', `${name}.act.sigmoid`, [gate]);
  const silu = graph.node('Mul', `${name}.act`, [gate, sigmoid]);
  const gated = graph.node('Mul', `${name}.gated`, [silu, up]);
  const down = format.linear(graph, `${name}.down_proj`, gated, weight('mlp.down_proj', d, f), null);

  const nextNorm = layer + 1 < spec.numLayers ? `layers.${layer + 1}.input_layernorm` : 'norm';
  return addAndNormalise(context, nextNorm, middle.residual, down);
}

/** h [B, S, D] to [B, S, N * H], reading and writing the layer's cache. */
function attention(context: LayerContext, layer: number, h: string): string {
  const { graph, spec, format, rotary, attentionInputs, checkpoint } = context;
  const name = `layers.${layer}`;
  const { weight, bias } = packQkv(checkpoint, spec, layer);
  const qkv = format.linear(graph, `${name}.qkv_proj`, h, weight, bias);
  const output = `${name}.attention`;
  const past = [pastName(layer, 'key'), pastName(layer, 'value')];
  const lengths = [attentionInputs.seqlensK, attentionInputs.totalSequenceLength];
  // A packed QKV leaves inputs 1 and 2, keys and values, empty.
  const heads = spec.queryKeyNorm ? normalisedHeads(context, layer, qkv) : [qkv, '', ''];
  const inputs = [...heads, ...past, ...lengths, rotary.cos, rotary.sin];
  graph.multiNode(
    'GroupQueryAttention',
    output,
    inputs,
    [output, presentName(layer, 'key'), presentName(layer, 'value')],
    {
      domain: 'com.microsoft',
      attributes: {
        num_heads: { int: spec.numHeads },
        kv_num_heads: { int: spec.numKeyValueHeads },
        scale: { float: 1 / Math.sqrt(spec.headDim) },
        do_rotary: { int: 1 },
        rotary_interleaved: { int: 0 },
        local_window_size: { int: -1 },
      },
    },
  );
  return output;
}

/**
 * Packed QKV [B, S, (N + 2 KV) * H] to queries and keys with an RMS norm per head, and values. Separate operators,
 * because GroupQueryAttention's own norms exist only in its GPU kernels.
 */
function normalisedHeads(context: LayerContext, layer: number, qkv: string): readonly string[] {
  const { graph, spec } = context;
  const { numHeads, numKeyValueHeads, headDim } = spec;
  const counts = { q: numHeads, k: numKeyValueHeads, v: numKeyValueHeads };
  const name = `layers.${layer}.self_attn`;
  const widths = Object.values(counts).map((count) => count * headDim);
  const parts = ['q', 'k', 'v'].map((part) => `${name}.${part}`);
  const sizes = graph.constant(`${name}.widths`, 'int64', widths, [3]);
  graph.multiNode('Split', `${name}.split`, [qkv, sizes], parts, { attributes: { axis: { int: -1 } } });
  const normalised = (part: 'q' | 'k'): string => {
    // 0 keeps a dimension: [B, S, heads * H] to [B, S, heads, H] and back.
    const shape = graph.constant(`${name}.${part}.heads`, 'int64', [0, 0, counts[part], headDim], [4]);
    const split = graph.node('Reshape', `${name}.${part}.split`, [`${name}.${part}`, shape]);
    const norm = rmsNorm(context, `${name}.${part}_norm`, split, headDim);
    const flat = graph.constant(`${name}.${part}.flat`, 'int64', [0, 0, counts[part] * headDim], [3]);
    return graph.node('Reshape', `${name}.${part}.normalised`, [norm, flat]);
  };
  return [normalised('q'), normalised('k'), `${name}.v`];
}

/** Llama's `attention_bias` also covers the output projection; Qwen2's does not. */
function outputBias({ spec, checkpoint }: LayerContext, layer: number) {
  if (!spec.attentionBias || spec.architecture === 'Qwen2ForCausalLM') return null;
  return openMatrix(checkpoint, `model.layers.${layer}.self_attn.o_proj.bias`, 1, spec.hiddenSize);
}

/** x [..., size], normalised over its last axis. */
function rmsNorm(context: LayerContext, name: string, x: string, size: number): string {
  return context.graph.node('SimplifiedLayerNormalization', name, [x, normWeight(context, name, size)], {
    attributes: { epsilon: { float: context.spec.rmsNormEps }, axis: { int: -1 }, stash_type: { int: 1 } },
  });
}

/** residual + update, and its RMS norm, in one operator. */
function addAndNormalise(context: LayerContext, name: string, residual: string, update: string): Stream {
  const sum = `${name}.residual`;
  // After the last layer the sum is unused, and unused outputs are better omitted.
  const outputs = name === 'norm' ? [name] : [name, '', '', sum];
  const inputs = [residual, update, normWeight(context, name, context.spec.hiddenSize)];
  context.graph.multiNode('SkipSimplifiedLayerNormalization', name, inputs, outputs, {
    domain: 'com.microsoft',
    attributes: { epsilon: { float: context.spec.rmsNormEps } },
  });
  return { residual: sum, h: name };
}

function normWeight({ graph, checkpoint, format }: LayerContext, name: string, size: number): string {
  const vector = openMatrix(checkpoint, `model.${name}.weight`, 1, size);
  return storeVector(graph, `${name}.weight`, format.floatType, vector);
}

function storeRotaryTables({ graph, spec, format, maxPositions }: DecoderContext) {
  const frequencies = inverseFrequencies(spec);
  const dims = [maxPositions, spec.headDim / 2];
  const store = (wave: 'cos' | 'sin') =>
    storeFloats(graph, `rotary.${wave}`, format.floatType, dims, 0, () =>
      Promise.resolve(rotaryTable(frequencies, maxPositions, wave)),
    );
  return { cos: store('cos'), sin: store('sin') };
}
