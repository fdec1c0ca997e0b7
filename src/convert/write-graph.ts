/** Writes a described graph to disk: a small .onnx with its weights beside it. */
import { assert } from '../base/assert.ts';
import type { ConvertOptions, ConvertProgress } from './convert-options.ts';
import type { DecoderGraph } from './decoder-layers.ts';
import { placeTensors, writeExternalData } from './external-data.ts';
import { tensorBytes, type GraphBuilder, type StoredTensor, type WeightGroup } from './graph-builder.ts';
import { encodeOnnxModel, type ExternalLocation, type OnnxTensor } from './onnx-proto.ts';
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
  options: Pick<ConvertOptions, 'shardBytes' | 'onProgress' | 'onWarning' | 'signal'>,
): Promise<WrittenGraph> {
  const { shardBytes, onProgress, onWarning, signal } = options;
  const places = placeTensors(graph.weights, `${fileName}_data`, shardBytes);
  const ends = [...places].map(([tensor, { file, offset, length }]) => ({
    tensor,
    file,
    end: offset + length,
  }));
  for (const { tensor, file, end } of ends) {
    if (end > shardBytes) onWarning?.(oversized(tensor.name, file, end, shardBytes));
  }
  await recorded.reserve(shardSizes(ends));
  const tensors = [...graph.inlineTensors, ...locatedTensors(graph, places)];
  const model = { name: 'rank1', nodes: graph.nodes, inputs, outputs, tensors };
  await recorded.writeWhole(`${FOLDER}/${fileName}`, encodeOnnxModel(model, PRODUCER));
  const onGroup = trackProgress(graph.weights, onProgress);
  await writeExternalData(graph.weights, places, FOLDER, recorded, { onGroup, signal });
  const files = new Set([...places.values()].map((place) => `${FOLDER}/${place.file}`));
  const largestTensorBytes = Math.max(0, ...[...places.values()].map(({ length }) => length));
  return { onnx: `${FOLDER}/${fileName}`, externalData: [...files], largestTensorBytes };
}

/** Total bytes of all shards, including padding. */
function shardSizes(ends: readonly { readonly file: string; readonly end: number }[]): number {
  const sizes = new Map(ends.map(({ file, end }) => [file, end])); // the last tensor of a file ends it
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function oversized(tensor: string, file: string, bytes: number, shardBytes: number): string {
  const mib = (value: number) => `${Math.round(value / 2 ** 20)} MiB`;
  return `${file} becomes ${mib(bytes)}, more than the ${mib(shardBytes)} of a weight file, because ${tensor} cannot be split. A device must be able to hold it whole.`;
}

/**
 * All tensors that nodes read. A tensor used only through an alias would make the runtime warn at every load.
 */
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
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  return [...stored, ...aliased].filter((tensor) => read.has(tensor.name));
}

/** Creates a callback to run after each group. */
function trackProgress(
  groups: readonly WeightGroup[],
  onProgress: (progress: ConvertProgress) => void,
): (group: WeightGroup) => void {
  const totalBytes = groups.reduce((sum, group) => sum + group.sourceBytes, 0);
  const totalTensors = groups.reduce((sum, group) => sum + group.tensors.length, 0);
  let bytes = 0;
  let tensors = 0;
  return (group) => {
    bytes += group.sourceBytes;
    tensors += group.tensors.length;
    onProgress({ bytes, totalBytes, tensors, totalTensors });
  };
}
