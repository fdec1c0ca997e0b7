/** Puts a described graph on disk: the .onnx, small, and its weights beside it. */
import { assert } from '../assert.ts';
import type { ConvertOptions } from './convert-options.ts';
import type { DecoderGraph } from './decoder-layers.ts';
import { placeTensors, writeExternalData } from './external-data.ts';
import { tensorBytes, type GraphBuilder, type StoredTensor } from './graph-builder.ts';
import { encodeOnnxModel, type ExternalLocation, type OnnxTensor } from './onnx-proto.ts';
import { trackProgress } from './progress.ts';
import type { RecordedOutput } from './recorded-output.ts';

const FOLDER = 'onnx';
const PRODUCER = 'rank1-rerank convert';

export interface WrittenGraph {
  /** paths in the model folder */
  readonly onnx: string;
  readonly externalData: readonly string[];
  readonly largestTensorBytes: number;
}

/** @param fileName of the .onnx; its weights are `<fileName>_data`, `<fileName>_data_1` and so on */
export async function writeGraph(
  graph: GraphBuilder,
  { inputs, outputs }: DecoderGraph,
  fileName: string,
  recorded: RecordedOutput,
  { shardBytes, onProgress, signal }: Pick<ConvertOptions, 'shardBytes' | 'onProgress' | 'signal'>,
): Promise<WrittenGraph> {
  const places = placeTensors(graph.weights, `${fileName}_data`, shardBytes);
  const tensors = [...graph.inlineTensors, ...locatedTensors(graph, places)];
  const model = { name: 'rank1', nodes: graph.nodes, inputs, outputs, tensors };
  await recorded.writeWhole(`${FOLDER}/${fileName}`, encodeOnnxModel(model, PRODUCER));
  const onGroup = trackProgress(graph.weights, onProgress, signal);
  await writeExternalData(graph.weights, places, FOLDER, recorded, onGroup);
  const files = new Set([...places.values()].map((place) => `${FOLDER}/${place.file}`));
  const largestTensorBytes = Math.max(0, ...[...places.values()].map(({ length }) => length));
  return { onnx: `${FOLDER}/${fileName}`, externalData: [...files], largestTensorBytes };
}

function locatedTensors(
  graph: GraphBuilder,
  places: ReadonlyMap<StoredTensor, ExternalLocation>,
): OnnxTensor[] {
  const stored = [...places].map(([tensor, data]) => ({ ...tensor, data }));
  const byName = new Map(stored.map((tensor) => [tensor.name, tensor.data]));
  const aliased = graph.aliases.map(({ tensor, of }) => {
    const data = byName.get(of);
    assert(data?.length === tensorBytes(tensor), `${tensor.name} has as many bytes as ${of}`);
    return { ...tensor, data };
  });
  return [...stored, ...aliased];
}
