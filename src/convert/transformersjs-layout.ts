/**
 * The graph transformers.js runs with `generate()`: its standard inputs, a cache that grows by concatenation
 * outside the graph, and logits of every token. Lengths come from the attention mask, as onnxruntime-genai's
 * builder has it. The attention kernel counts positions itself, so `position_ids` is accepted and not read: rows
 * of different lengths in one batch, which are padded on the left there, are not supported; one row at a time is.
 */
import { pastName, presentName } from '../model/onnx-io.ts';
import {
  cacheValues,
  decoderLayers,
  vocabularyHead,
  type DecoderContext,
  type DecoderGraph,
} from './decoder-layers.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { elementCode } from './onnx-proto.ts';

export function buildTransformersJsLayout(context: DecoderContext): DecoderGraph {
  const { graph, spec } = context;
  const h = decoderLayers(context, 'input_ids', lengthsFromMask(graph));
  const raw = vocabularyHead(context, h);
  graph.node('Cast', 'logits', [raw], { attributes: { to: { int: elementCode('float32') } } });
  return {
    inputs: [
      { name: 'input_ids', type: 'int64', dims: ['B', 'S'] },
      { name: 'attention_mask', type: 'int64', dims: ['B', 'T'] },
      { name: 'position_ids', type: 'int64', dims: ['B', 'S'] },
      ...cacheValues(context, pastName, 'P'),
    ],
    outputs: [
      { name: 'logits', type: 'float32', dims: ['B', 'S', spec.vocabSize] },
      ...cacheValues(context, presentName, 'T'),
    ],
  };
}

/** attention_mask [B, T]: seqlens_k = sum of each row - 1, total = T. */
function lengthsFromMask(graph: GraphBuilder) {
  const toInt32 = { attributes: { to: { int: elementCode('int32') } } };
  const axis = graph.constant('mask.axis', 'int64', [1], [1]);
  const one = graph.constant('mask.one', 'int64', [1], [1]);
  const sum = graph.node('ReduceSum', 'mask.sum', ['attention_mask', axis], {
    attributes: { keepdims: { int: 0 } },
  });
  const past = graph.node('Sub', 'mask.last', [sum, one]);
  const shape = graph.node('Shape', 'mask.shape', ['attention_mask']);
  const total = graph.node('Gather', 'mask.total', [shape, axis]);
  return {
    seqlensK: graph.node('Cast', 'seqlens_k', [past], toInt32),
    totalSequenceLength: graph.node('Cast', 'total_sequence_length', [total], toInt32),
  };
}
