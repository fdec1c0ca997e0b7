/**
 * The decoder of Qwen2, Llama and Mistral in the `rank1` layout: one graph for prefill and decode, with a static
 * KV cache, packed QKV and the greedy choice inside. Inputs and outputs are those of model/onnx-io.ts.
 *
 * Axes: B rows, S tokens a row, M cache capacity, R rows that are read, W watched ids, V vocabulary, D hidden size,
 * N heads, KV key-value heads, H head size.
 */
import { ONNX_INPUTS, ONNX_OUTPUTS, pastName, presentName } from '../model/onnx-io.ts';
import type { ModelSpec } from '../model/model-spec.ts';
import type { Checkpoint } from './checkpoint.ts';
import { GraphBuilder } from './graph-builder.ts';
import { greedyChoice } from './greedy-choice.ts';
import { joinVectors, openMatrix, stackRows, type Matrix } from './matrix.ts';
import type { OnnxValue } from './onnx-proto.ts';
import { inverseFrequencies, rotaryTable } from './rotary-tables.ts';
import { storeFloats, storeVector, type WeightFormat } from './weight-format.ts';

export interface DecoderGraph {
  readonly graph: GraphBuilder;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** @param maxPositions rows of the rotary tables: the longest sequence the graph can run */
export function buildDecoderGraph(
  spec: ModelSpec,
  checkpoint: Checkpoint,
  format: WeightFormat,
  maxPositions: number,
): DecoderGraph {
  const graph = new GraphBuilder();
  const context: LayerContext = {
    graph,
    spec,
    checkpoint,
    format,
    rotary: storeRotaryTables(graph, spec, format, maxPositions),
  };
  const table = openMatrix(checkpoint, 'model.embed_tokens.weight', spec.vocabSize, spec.hiddenSize);

  // [B, S, D]; `residual` carries the running sum, `h` what the next block reads (normalised).
  const embedded = format.embedding(graph, 'embed_tokens', ONNX_INPUTS.inputIds, table);
  let stream: Stream = { residual: embedded, h: firstNorm(context, embedded) };
  for (let layer = 0; layer < spec.numLayers; layer++) stream = decoderLayer(context, layer, stream);

  const logits = logitsOfLastTokens(context, stream.h, table);
  greedyChoice(graph, logits, spec.vocabSize);
  return { graph, inputs: graphInputs(spec, format), outputs: graphOutputs(spec, format) };
}

interface LayerContext {
  readonly graph: GraphBuilder;
  readonly spec: ModelSpec;
  readonly checkpoint: Checkpoint;
  readonly format: WeightFormat;
  readonly rotary: { readonly cos: string; readonly sin: string };
}

interface Stream {
  readonly residual: string;
  readonly h: string;
}

function decoderLayer(context: LayerContext, layer: number, { residual, h }: Stream): Stream {
  const { graph, spec, checkpoint, format } = context;
  const name = `layers.${layer}`;
  const weight = (part: string, rows: number, cols: number) =>
    openMatrix(checkpoint, `model.${name}.${part}.weight`, rows, cols);
  const { hiddenSize, intermediateSize } = spec;

  const attended = attention(context, layer, h);
  const o = weight('self_attn.o_proj', hiddenSize, spec.numHeads * spec.headDim);
  const attentionOut = format.linear(graph, `${name}.o_proj`, attended, o, outputBias(context, layer));
  const middle = addAndNormalise(context, `${name}.post_attention_layernorm`, residual, attentionOut);

  const gate = format.linear(
    graph,
    `${name}.gate_proj`,
    middle.h,
    weight('mlp.gate_proj', intermediateSize, hiddenSize),
    null,
  );
  const up = format.linear(
    graph,
    `${name}.up_proj`,
    middle.h,
    weight('mlp.up_proj', intermediateSize, hiddenSize),
    null,
  );
  // Sigmoid, Mul, Mul in this order is what the runtime fuses with the two products before it.
  const sigmoid = graph.node('Sigmoid', `${name}.act.sigmoid`, [gate]);
  const silu = graph.node('Mul', `${name}.act`, [gate, sigmoid]);
  const gated = graph.node('Mul', `${name}.gated`, [silu, up]);
  const down = format.linear(
    graph,
    `${name}.down_proj`,
    gated,
    weight('mlp.down_proj', hiddenSize, intermediateSize),
    null,
  );

  const nextNorm = layer + 1 < spec.numLayers ? `layers.${layer + 1}.input_layernorm` : 'norm';
  return addAndNormalise(context, nextNorm, middle.residual, down);
}

/** h [B, S, D] to [B, S, N * H], reading and writing the layer's cache. */
function attention(context: LayerContext, layer: number, h: string): string {
  const { graph, spec, format, rotary } = context;
  const name = `layers.${layer}`;
  const { weight, bias } = packedQkv(context, layer);
  const qkv = format.linear(graph, `${name}.qkv_proj`, h, weight, bias);
  const output = `${name}.attention`;
  graph.multiNode(
    'GroupQueryAttention',
    output,
    [
      qkv,
      '',
      '',
      pastName(layer, 'key'),
      pastName(layer, 'value'),
      ONNX_INPUTS.seqlensK,
      ONNX_INPUTS.totalSequenceLength,
      rotary.cos,
      rotary.sin,
    ],
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

/** q, k and v as one product of (N + 2 KV) * H outputs. */
function packedQkv(
  { spec, checkpoint }: LayerContext,
  layer: number,
): { weight: Matrix; bias: Matrix | null } {
  const rows = {
    q: spec.numHeads * spec.headDim,
    k: spec.numKeyValueHeads * spec.headDim,
    v: spec.numKeyValueHeads * spec.headDim,
  };
  const prefix = `model.layers.${layer}.self_attn`;
  const parts = (['q', 'k', 'v'] as const).map((part) => ({
    name: `${prefix}.${part}_proj`,
    rows: rows[part],
  }));
  const weights = parts.map((part) =>
    openMatrix(checkpoint, `${part.name}.weight`, part.rows, spec.hiddenSize),
  );
  const biases = spec.attentionBias
    ? parts.map((part) => openMatrix(checkpoint, `${part.name}.bias`, 1, part.rows))
    : null;
  return {
    weight: stackRows(`${prefix}.qkv_proj`, weights),
    bias: biases && joinVectors(`${prefix}.qkv_proj.bias`, biases),
  };
}

/** Llama's `attention_bias` covers the output product too; Qwen2's does not. */
function outputBias({ spec, checkpoint }: LayerContext, layer: number): Matrix | null {
  if (!spec.attentionBias || spec.architecture === 'Qwen2ForCausalLM') return null;
  return openMatrix(checkpoint, `model.layers.${layer}.self_attn.o_proj.bias`, 1, spec.hiddenSize);
}

function firstNorm(context: LayerContext, embedded: string): string {
  const name = 'layers.0.input_layernorm';
  return context.graph.node('SimplifiedLayerNormalization', name, [embedded, normWeight(context, name)], {
    attributes: { epsilon: { float: context.spec.rmsNormEps }, axis: { int: -1 }, stash_type: { int: 1 } },
  });
}

/** residual + update, and its RMS norm, in one operator. */
function addAndNormalise(context: LayerContext, name: string, residual: string, update: string): Stream {
  const sum = `${name}.residual`;
  // After the last layer nobody reads the sum, and an output nobody reads is better left out.
  const outputs = name === 'norm' ? [name] : [name, '', '', sum];
  context.graph.multiNode(
    'SkipSimplifiedLayerNormalization',
    name,
    [residual, update, normWeight(context, name)],
    outputs,
    {
      domain: 'com.microsoft',
      attributes: { epsilon: { float: context.spec.rmsNormEps } },
    },
  );
  return { residual: sum, h: name };
}

function normWeight({ graph, spec, checkpoint, format }: LayerContext, name: string): string {
  const vector = openMatrix(checkpoint, `model.${name}.weight`, 1, spec.hiddenSize);
  return storeVector(graph, `${name}.weight`, format.floatType, vector);
}

function storeRotaryTables(graph: GraphBuilder, spec: ModelSpec, format: WeightFormat, rows: number) {
  const frequencies = inverseFrequencies(spec);
  const dims = [rows, spec.headDim / 2];
  const store = (wave: 'cos' | 'sin') =>
    storeFloats(graph, `rotary.${wave}`, format.floatType, dims, 0, () =>
      Promise.resolve(rotaryTable(frequencies, rows, wave)),
    );
  return { cos: store('cos'), sin: store('sin') };
}

/** h [B, S, D] to the float32 output `logits` [R, V]: only the rows' last tokens go through the vocabulary. */
function logitsOfLastTokens(context: LayerContext, h: string, table: Matrix): string {
  const { graph, spec, checkpoint, format } = context;
  const shape = graph.constant('flat_shape', 'int64', [-1, spec.hiddenSize], [2]);
  const flat = graph.node('Reshape', 'flat_hidden', [h, shape]);
  const last = graph.node('Gather', 'last_hidden', [flat, ONNX_INPUTS.lastIndex]);
  const tied = spec.tieWordEmbeddings;
  const headTable = tied ? table : openMatrix(checkpoint, 'lm_head.weight', spec.vocabSize, spec.hiddenSize);
  const raw = format.head(graph, 'lm_head', last, headTable, tied ? 'embed_tokens' : null);
  const op = format.floatType === 'float32' ? 'Identity' : 'Cast';
  return graph.node(op, ONNX_OUTPUTS.logits, [raw], op === 'Cast' ? { attributes: { to: { int: 1 } } } : {});
}

function graphInputs(spec: ModelSpec, format: WeightFormat): OnnxValue[] {
  return [
    { name: ONNX_INPUTS.inputIds, type: 'int32', dims: ['B', 'S'] },
    { name: ONNX_INPUTS.seqlensK, type: 'int32', dims: ['B'] },
    { name: ONNX_INPUTS.totalSequenceLength, type: 'int32', dims: [1] },
    { name: ONNX_INPUTS.lastIndex, type: 'int32', dims: ['R'] },
    { name: ONNX_INPUTS.watchedTokenIds, type: 'int32', dims: ['W'] },
    ...cacheValues(spec, format, pastName),
  ];
}

function graphOutputs(spec: ModelSpec, format: WeightFormat): OnnxValue[] {
  return [
    { name: ONNX_OUTPUTS.nextTokenIds, type: 'int32', dims: ['R'] },
    { name: ONNX_OUTPUTS.watchedLogits, type: 'float32', dims: ['R', 'W'] },
    { name: ONNX_OUTPUTS.logits, type: 'float32', dims: ['R', spec.vocabSize] },
    ...cacheValues(spec, format, presentName),
  ];
}

function cacheValues(spec: ModelSpec, format: WeightFormat, nameOf: typeof pastName): OnnxValue[] {
  const dims = ['B', spec.numKeyValueHeads, 'M', spec.headDim];
  return Array.from({ length: spec.numLayers }, (_, layer) =>
    (['key', 'value'] as const).map((part) => ({ name: nameOf(layer, part), type: format.floatType, dims })),
  ).flat();
}
