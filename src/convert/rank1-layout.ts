/**
 * The graph our engine runs: right-padded rows, a static KV cache, logits only for rows that are read, and
 * greedy choice in the graph. Inputs and outputs are defined in model/onnx-io.ts.
 */
import { ONNX_INPUTS, ONNX_OUTPUTS, pastName, presentName } from '../model/onnx-io.ts';
import {
  cacheValues,
  decoderLayers,
  vocabularyHead,
  type DecoderContext,
  type DecoderGraph,
} from './decoder-layers.ts';
import { greedyChoice } from './greedy-choice.ts';
import { elementCode } from './onnx-proto.ts';

export function buildRank1Layout(context: DecoderContext): DecoderGraph {
  const { graph, spec, format } = context;
  const h = decoderLayers(context, ONNX_INPUTS.inputIds, {
    seqlensK: ONNX_INPUTS.seqlensK,
    totalSequenceLength: ONNX_INPUTS.totalSequenceLength,
  });
  // [B, S, D] to [B * S, D] to [R, D]: only the rows' last tokens go through the output head.
  const shape = graph.constant('flat_shape', 'int64', [-1, spec.hiddenSize], [2]);
  const flat = graph.node('Reshape', 'flat_hidden', [h, shape]);
  const last = graph.node('Gather', 'last_hidden', [flat, ONNX_INPUTS.lastIndex]);
  const raw = vocabularyHead(context, last);
  const toFloat32 = { attributes: { to: { int: elementCode('float32') } } };
  const logits =
    format.floatType === 'float32'
      ? graph.node('Identity', ONNX_OUTPUTS.logits, [raw])
      : graph.node('Cast', ONNX_OUTPUTS.logits, [raw], toFloat32);
  greedyChoice(graph, logits, spec.vocabSize);
  return {
    inputs: [
      { name: ONNX_INPUTS.inputIds, type: 'int32', dims: ['B', 'S'] },
      { name: ONNX_INPUTS.seqlensK, type: 'int32', dims: ['B'] },
      { name: ONNX_INPUTS.totalSequenceLength, type: 'int32', dims: [1] },
      { name: ONNX_INPUTS.lastIndex, type: 'int32', dims: ['R'] },
      { name: ONNX_INPUTS.watchedTokenIds, type: 'int32', dims: ['W'] },
      ...cacheValues(context, pastName, 'B', 'M'),
    ],
    outputs: [
      { name: ONNX_OUTPUTS.nextTokenIds, type: 'int32', dims: ['R'] },
      { name: ONNX_OUTPUTS.watchedLogits, type: 'float32', dims: ['R', 'W'] },
      { name: ONNX_OUTPUTS.logits, type: 'float32', dims: ['R', spec.vocabSize] },
      ...cacheValues(context, presentName, 'B', 'M'),
    ],
  };
}
