/** The whole conversion: read headers, describe the graph, write the weights, then the manifest that makes it a model. */
import { assert } from '../assert.ts';
import { MANIFEST_FILE } from '../model/manifest.ts';
import { parseModelSpec } from '../model/model-spec.ts';
import { BlockQuantizedFormat } from './block-quantized-format.ts';
import type { CheckpointFolder, OutputFolder } from './byte-io.ts';
import { openCheckpoint } from './checkpoint.ts';
import type { ConvertOptions } from './convert-options.ts';
import { buildDecoderGraph, type DecoderGraph } from './decoder-graph.ts';
import { placeTensors, writeExternalData } from './external-data.ts';
import { FloatFormat } from './float-format.ts';
import { tensorBytes, type GraphBuilder, type StoredTensor } from './graph-builder.ts';
import { buildManifest, type ConvertedManifest } from './manifest.ts';
import { encodeOnnxModel, type ExternalLocation, type OnnxTensor } from './onnx-proto.ts';
import { trackProgress } from './progress.ts';
import { readJsonObject, readText } from './read-json.ts';
import { RecordedOutput } from './recorded-output.ts';
import type { WeightFormat } from './weight-format.ts';

/** Copied as they are. Only the first must exist; without a tokenizer the model can run but not be prompted. */
const COPIED_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];
const PRODUCER = 'rank1-rerank convert';

/**
 * Converts a checkpoint to a model folder. `output` is committed only when everything is written, and discarded on
 * any failure; both are then finished and must not be used again.
 * @throws Rank1Error `model-not-found`, `model-unsupported`, `model-corrupt`, `invalid-file` or `storage`;
 *   the signal's reason when it is aborted
 */
export async function convertModel(
  input: CheckpointFolder,
  output: OutputFolder,
  options: ConvertOptions,
): Promise<ConvertedManifest> {
  try {
    const manifest = await writeModel(input, output, options);
    await output.commit();
    return manifest;
  } catch (error) {
    await output.discard();
    throw error;
  }
}

async function writeModel(
  input: CheckpointFolder,
  output: OutputFolder,
  options: ConvertOptions,
): Promise<ConvertedManifest> {
  const spec = parseModelSpec(await readJsonObject(input, 'config.json'));
  const checkpoint = await openCheckpoint(input);
  const maxPositions = Math.min(spec.maxPositions, options.maxPositions);
  const format = weightFormat(options);
  const decoder = buildDecoderGraph(spec, checkpoint, format, maxPositions);

  const recorded = new RecordedOutput(output, options.createHash);
  await copyTextFiles(input, recorded);
  const { onnx, externalData } = await writeOnnx(decoder, recorded, options);
  const manifest = buildManifest({
    spec,
    source: options.source,
    layout: options.layout,
    dtype: options.dtype,
    blockSize: format instanceof BlockQuantizedFormat ? options.blockSize : null,
    onnx,
    externalData,
    maxPositions,
    kvDtype: format.floatType,
    files: [...recorded.files],
  });
  await recorded.writeWhole(MANIFEST_FILE, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function weightFormat({ dtype, blockSize, accuracyLevel }: ConvertOptions): WeightFormat {
  if (dtype === 'fp32' || dtype === 'fp16') return new FloatFormat(dtype === 'fp32' ? 'float32' : 'float16');
  const floatType = dtype === 'q4f16' ? 'float16' : 'float32';
  return new BlockQuantizedFormat({ bits: dtype === 'q8' ? 8 : 4, blockSize, floatType, accuracyLevel });
}

async function copyTextFiles(input: CheckpointFolder, recorded: RecordedOutput): Promise<void> {
  for (const name of COPIED_FILES) {
    const text = await readText(input, name);
    if (text !== null) await recorded.writeWhole(name, text);
  }
}

async function writeOnnx(
  { graph, inputs, outputs }: DecoderGraph,
  recorded: RecordedOutput,
  { dtype, shardBytes, onProgress, signal }: ConvertOptions,
): Promise<{ onnx: string; externalData: string[] }> {
  const fileName = `model_${dtype}.onnx`;
  const places = placeTensors(graph.weights, `${fileName}_data`, shardBytes);
  const tensors = [...graph.inlineTensors, ...locatedTensors(graph, places)];
  const model = { name: 'rank1', nodes: graph.nodes, inputs, outputs, tensors };
  await recorded.writeWhole(`onnx/${fileName}`, encodeOnnxModel(model, PRODUCER));
  await writeExternalData(
    graph.weights,
    places,
    'onnx',
    recorded,
    trackProgress(graph.weights, onProgress, signal),
  );
  const externalData = [...new Set([...places.values()].map((place) => `onnx/${place.file}`))];
  return { onnx: `onnx/${fileName}`, externalData };
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
