/**
 * The graphs for our engine: right-padded rows, a static KV cache, logits only for rows that are read. `rank1` chooses the
 * next token in the graph; `scores`, for models without chains, computes only the answers' logits. Inputs and outputs are
 * defined in model/onnx-io.ts.
 */
import { ONNX_INPUTS, ONNX_OUTPUTS, pastName, presentName } from '../model/onnx-io.ts';
import {
  answerHead,
  cacheValues,
  decoderLayers,
  vocabularyHead,
  type DecoderContext,
  type DecoderGraph,
  type PickTokens,
} from './decoder-layers.ts';
import { greedyChoice } from './greedy-choice.ts';
import { elementCode, type OnnxValue } from './onnx-proto.ts';

/** @param answerTokenIds builds the `scores` layout; null builds `rank1` */
export function buildRank1Layout(
  context: DecoderContext,
  answerTokenIds: readonly number[] | null = null,
): DecoderGraph {
  const { graph, spec, format } = context;
  const lengths = {
    seqlensK: ONNX_INPUTS.seqlensK,
    totalSequenceLength: ONNX_INPUTS.totalSequenceLength,
  };
  // [B, S, width] to [B * S, width] to [R, width]: the rows' last tokens.
  const pickLast: PickTokens = (x, width) => {
    const shape = graph.constant(`${x}.flat_shape`, 'int64', [-1, width], [2]);
    const flat = graph.node('Reshape', `${x}.flat`, [x, shape]);
    return graph.node('Gather', `${x}.last`, [flat, ONNX_INPUTS.lastIndex]);
  };
  const last = decoderLayers(context, ONNX_INPUTS.inputIds, lengths, pickLast);
  const asFloat32 = (name: string, raw: string): string =>
    format.floatType === 'float32'
      ? graph.node('Identity', name, [raw])
      : graph.node('Cast', name, [raw], { attributes: { to: { int: elementCode('float32') } } });
  const inputs: OnnxValue[] = [
    { name: ONNX_INPUTS.inputIds, type: 'int32', dims: ['B', 'S'] },
    { name: ONNX_INPUTS.seqlensK, type: 'int32', dims: ['B'] },
    { name: ONNX_INPUTS.totalSequenceLength, type: 'int32', dims: [1] },
    { name: ONNX_INPUTS.lastIndex, type: 'int32', dims: ['R'] },
  ];
  const past = cacheValues(context, pastName, 'B', 'M');
  const present = cacheValues(context, presentName, 'B', 'M');
  if (answerTokenIds) {
    asFloat32(ONNX_OUTPUTS.watchedLogits, answerHead(context, last, answerTokenIds));
    const dims = ['R', answerTokenIds.length];
    return {
      inputs: [...inputs, ...past],
      outputs: [{ name: ONNX_OUTPUTS.watchedLogits, type: 'float32', dims }, ...present],
    };
  }
  greedyChoice(graph, asFloat32(ONNX_OUTPUTS.logits, vocabularyHead(context, last)), spec.vocabSize);
  return {
    inputs: [...inputs, { name: ONNX_INPUTS.watchedTokenIds, type: 'int32', dims: ['W'] }, ...past],
    outputs: [
      { name: ONNX_OUTPUTS.nextTokenIds, type: 'int32', dims: ['R'] },
      { name: ONNX_OUTPUTS.watchedLogits, type: 'float32', dims: ['R', 'W'] },
      { name: ONNX_OUTPUTS.logits, type: 'float32', dims: ['R', spec.vocabSize] },
      ...present,
    ],
  };
}
