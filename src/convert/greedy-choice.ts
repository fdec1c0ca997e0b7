/** The end of the graph: greedy next token and watched logits, so that the full logits stay on the device. */
import { ONNX_INPUTS, ONNX_OUTPUTS } from '../model/onnx-io.ts';
import { bytesOf, type GraphBuilder } from './graph-builder.ts';

/**
 * From logits [R, V] to `next_token_ids` [R] and `watched_logits` [R, W].
 * The runtime's WebGPU ArgMax uses one thread per row. Instead, take the id where the logit equals the row's
 * maximum and V elsewhere, then the minimum. So the lowest id wins a tie, and a row with NaN yields V.
 */
export function greedyChoice(graph: GraphBuilder, logits: string, vocabSize: number): void {
  const ids = { name: 'greedy.ids', type: 'int32', dims: [1, vocabSize] } as const;
  graph.store({
    tensors: [ids],
    sourceBytes: 0,
    write: (emit) => emit(ids, bytesOf(Int32Array.from({ length: vocabSize }, (_, id) => id))),
  });
  const none = graph.constant('greedy.none', 'int32', [vocabSize], [1]);
  const axis = graph.constant('greedy.axis', 'int64', [1], [1]);
  const max = graph.node('ReduceMax', 'greedy.max', [logits, axis], { attributes: { keepdims: { int: 1 } } });
  const isMax = graph.node('Equal', 'greedy.is_max', [logits, max]);
  const candidates = graph.node('Where', 'greedy.candidates', [isMax, ids.name, none]);
  graph.node('ReduceMin', ONNX_OUTPUTS.nextTokenIds, [candidates, axis], {
    attributes: { keepdims: { int: 0 } },
  });
  graph.node('Gather', ONNX_OUTPUTS.watchedLogits, [logits, ONNX_INPUTS.watchedTokenIds], {
    attributes: { axis: { int: 1 } },
  });
}
