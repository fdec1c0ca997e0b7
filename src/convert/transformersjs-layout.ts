/**
 * The graph that transformers.js runs with `generate()`: its standard inputs, a cache that grows by
 * concatenation outside the graph, and logits of the last `num_logits_to_keep` tokens (0: all), which it sets
 * itself. Lengths come from the attention mask, as in onnxruntime-genai's builder. The attention kernel
 * counts positions itself, so `position_ids` is accepted but ignored. Only one row at a time is supported:
 * rows of different lengths would be left-padded.
 */
import { TRANSFORMERSJS_INPUTS, TRANSFORMERSJS_LOGITS, pastName, presentName } from '../model/onnx-io.ts';
import {
  cacheValues,
  decoderLayers,
  vocabularyHead,
  type DecoderContext,
  type DecoderGraph,
} from './decoder-layers.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { elementCode } from './onnx-proto.ts';

/**
 * transformers.js sizes the initial empty cache from the graph's shapes and knows these axis names; others
 * become 0.
 */
const BATCH = 'batch_size';
const TOTAL = 'total_sequence_length';

export function buildTransformersJsLayout(context: DecoderContext): DecoderGraph {
  const { graph, spec } = context;
  const h = decoderLayers(context, TRANSFORMERSJS_INPUTS.inputIds, lengthsFromMask(graph));
  const raw = allLogits(context, keepLastTokens(graph, h));
  graph.node('Cast', TRANSFORMERSJS_LOGITS, [raw], { attributes: { to: { int: elementCode('float32') } } });
  return {
    inputs: [
      { name: TRANSFORMERSJS_INPUTS.inputIds, type: 'int64', dims: [BATCH, 'sequence_length'] },
      { name: TRANSFORMERSJS_INPUTS.attentionMask, type: 'int64', dims: [BATCH, TOTAL] },
      { name: TRANSFORMERSJS_INPUTS.positionIds, type: 'int64', dims: [BATCH, 'sequence_length'] },
      { name: TRANSFORMERSJS_INPUTS.numLogitsToKeep, type: 'int64', dims: [] },
      ...cacheValues(context, pastName, BATCH, 'past_sequence_length'),
    ],
    outputs: [
      { name: TRANSFORMERSJS_LOGITS, type: 'float32', dims: [BATCH, 'num_logits', spec.vocabSize] },
      ...cacheValues(context, presentName, BATCH, TOTAL),
    ],
  };
}

/** h [B, L, D] to [B, L, V]; flattened in between, because the head takes only rows. */
function allLogits(context: DecoderContext, h: string): string {
  const { graph, spec } = context;
  const flatShape = graph.constant('flat_shape', 'int64', [-1, spec.hiddenSize], [2]);
  const rows = vocabularyHead(context, graph.node('Reshape', 'flat_hidden', [h, flatShape]));
  const leading = graph.node('Shape', 'kept_shape', [h], {
    attributes: { start: { int: 0 }, end: { int: 2 } },
  });
  const vocabulary = graph.constant('vocabulary_size', 'int64', [spec.vocabSize], [1]);
  const shape = graph.node('Concat', 'logits_shape', [leading, vocabulary], {
    attributes: { axis: { int: 0 } },
  });
  return graph.node('Reshape', 'shaped_logits', [rows, shape]);
}

/** h [B, S, D] to its last `num_logits_to_keep` tokens. A start of -0 is the beginning, so 0 keeps all. */
function keepLastTokens(graph: GraphBuilder, h: string): string {
  const shape = graph.constant('keep.shape', 'int64', [1], [1]);
  const count = graph.node('Reshape', 'keep.count', [TRANSFORMERSJS_INPUTS.numLogitsToKeep, shape]);
  const start = graph.node('Neg', 'keep.start', [count]);
  const end = graph.constant('keep.end', 'int64', [2 ** 31 - 1], [1]);
  const axis = graph.constant('keep.axis', 'int64', [1], [1]);
  return graph.node('Slice', 'kept_hidden', [h, start, end, axis]);
}

/** attention_mask [B, T]: seqlens_k = sum of each row - 1, total = T. */
function lengthsFromMask(graph: GraphBuilder) {
  const toInt32 = { attributes: { to: { int: elementCode('int32') } } };
  const axis = graph.constant('mask.axis', 'int64', [1], [1]);
  const one = graph.constant('mask.one', 'int64', [1], [1]);
  const sum = graph.node('ReduceSum', 'mask.sum', [TRANSFORMERSJS_INPUTS.attentionMask, axis], {
    attributes: { keepdims: { int: 0 } },
  });
  const past = graph.node('Sub', 'mask.last', [sum, one]);
  const shape = graph.node('Shape', 'mask.shape', [TRANSFORMERSJS_INPUTS.attentionMask]);
  const total = graph.node('Gather', 'mask.total', [shape, axis]);
  return {
    seqlensK: graph.node('Cast', 'seqlens_k', [past], toInt32),
    totalSequenceLength: graph.node('Cast', 'total_sequence_length', [total], toInt32),
  };
}
