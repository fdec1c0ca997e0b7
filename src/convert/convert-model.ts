/**
 * The conversion: reads headers, describes the graph, writes the weights, and finally the manifest, which makes the
 * folder a model.
 */
import { Rank1Error } from '../base/errors.ts';
import { MANIFEST_FILE } from '../model/manifest.ts';
import { unknownConfigKeys } from '../model/config-rules.ts';
import { RANK1_PROFILE, type ScoringProfile } from '../model/scoring-profile.ts';
import { parseModelSpec, type ModelSpec } from '../model/model-spec.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { BlockQuantizedFormat } from './block-quantized-format.ts';
import type { OutputFolder } from './byte-io.ts';
import type { CheckpointFolder } from './checkpoint-folder.ts';
import { openCheckpoint } from './checkpoint.ts';
import type { ConvertOptions } from './convert-options.ts';
import { asksTheSame, declaredProfile } from './declared-profile.ts';
import { FloatFormat } from './float-format.ts';
import { KNOWN_PROFILES, knownProfile } from './known-profiles.ts';
import { GraphBuilder } from './graph-builder.ts';
import { buildManifest, type ConvertedManifest, type ManifestInput } from './manifest.ts';
import {
  readMarkerTokens,
  readTokenizerFiles,
  type MarkerTokens,
  type TokenizerFiles,
} from './marker-tokens.ts';
import { modelCard } from './model-card.ts';
import { buildRank1Layout } from './rank1-layout.ts';
import { parseJson, readJsonObject, readOptionalJson, readText } from './read-json.ts';
import { RecordedOutput } from './recorded-output.ts';
import { checkTiedHead } from './tied-head.ts';
import { transformersJsFileName, withTransformersJsConfig } from './transformersjs-config.ts';
import { buildTransformersJsLayout } from './transformersjs-layout.ts';
import type { WeightFormat } from './weight-format.ts';
import { writeGraph } from './write-graph.ts';

const GENERATION_CONFIG = 'generation_config.json';
/** Copied unchanged if present. */
const COPIED_FILES = ['special_tokens_map.json', GENERATION_CONFIG];

/**
 * Converts a checkpoint to a model folder. `output` is committed once everything is written, and discarded on failure;
 * it must not be used afterwards. The caller closes `input`.
 * @throws Rank1Error `model-not-found`, `model-unsupported`, `model-corrupt`, `tokenizer-unsupported`, `invalid-file`,
 * `network` or `storage`; the signal's reason if aborted
 * @example
 * const input = BlobCheckpoint.fromFiles(fileInput.files!);
 * const output = await DirectoryOutput.begin(await navigator.storage.getDirectory(), 'my-model');
 * await convertModel(input, output, {
 *   dtype: 'q4', layout: 'rank1', method: 'symmetric', blockSize: 32, accuracyLevel: 0,
 *   maxPositions: DEFAULT_MAX_POSITIONS, shardBytes: DEFAULT_SHARD_BYTES, createHash: createSha256,
 *   source: { name: 'my-model', revision: null }, onProgress: console.log, signal: new AbortController().signal,
 * });
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
  const { dtype, layout } = options;
  const config = await readJsonObject(input, 'config.json');
  const spec = parseModelSpec(config, await readOptionalJson(input, GENERATION_CONFIG));
  const unknown = unknownConfigKeys(config);
  if (unknown.length > 0) {
    options.onWarning?.(
      `config.json has keys that are not known here and were ignored: ${unknown.join(', ').slice(0, 300)}. If one of them changes the model's arithmetic, its scores will be wrong.`,
    );
  }
  const checkpoint = await openCheckpoint(input);
  await checkTiedHead(checkpoint, spec, options.signal);
  const tokenizer = await readTokenizer(input, options);
  const profile = options.profile ?? (await findProfile(input, tokenizer, spec, options));
  const tokens = tokenizer && readMarkerTokens(tokenizer, spec.vocabSize, profile);
  const maxPositions = Math.min(spec.maxPositions, options.maxPositions);
  const format = weightFormat(options);
  const graph = new GraphBuilder();
  const context = { graph, spec, checkpoint, format, maxPositions };
  const isRank1 = layout === 'rank1';
  const answerTokenIds = isRank1 && profile.chain === 'none' && tokens ? answerIds(tokens) : null;
  const decoder = isRank1 ? buildRank1Layout(context, answerTokenIds) : buildTransformersJsLayout(context);

  const recorded = new RecordedOutput(output, options.createHash);
  if (tokenizer) {
    await recorded.writeWhole('tokenizer.json', tokenizer.json);
    await recorded.writeWhole('tokenizer_config.json', tokenizer.config);
  }
  await copyTextFiles(input, recorded);
  const fileName = isRank1 ? `model_${dtype}.onnx` : transformersJsFileName(dtype);
  const written = await writeGraph(graph, decoder, fileName, recorded, options);
  const outputConfig = isRank1
    ? config
    : withTransformersJsConfig(config, dtype, written.externalData.length);
  await recorded.writeWhole('config.json', json(outputConfig));

  const isBlocked = format instanceof BlockQuantizedFormat;
  const isAwq = checkpoint.has('model.layers.0.mlp.down_proj.qweight');
  const isGguf = isBlocked && input.openTensors !== undefined;
  const described: ManifestInput = {
    ...written,
    spec,
    profile,
    tokens,
    source: options.source,
    layout: answerTokenIds ? 'scores' : layout,
    answerTokenIds,
    dtype,
    blockSize: isBlocked ? options.blockSize : null,
    quantization: isAwq ? 'awq' : isGguf ? 'gguf' : isBlocked ? options.method : null,
    maxPositions,
    kvDtype: format.floatType,
    files: recorded.files,
  };
  await recorded.writeWhole('README.md', modelCard(buildManifest(described), dtype));
  const manifest = buildManifest(described); // built again, now that the model card is listed
  await recorded.writeWhole(MANIFEST_FILE, json(manifest));
  return manifest;
}

function weightFormat({
  dtype,
  blockSize,
  method,
  accuracyLevel,
  onTensorError,
}: ConvertOptions): WeightFormat {
  if (dtype === 'fp32' || dtype === 'fp16') return new FloatFormat(dtype === 'fp32' ? 'float32' : 'float16');
  const floatType = dtype === 'q4f16' ? 'float16' : 'float32';
  const bits = dtype === 'q8' ? 8 : 4;
  return new BlockQuantizedFormat({ bits, blockSize, floatType, method, accuracyLevel, onTensorError });
}

/**
 * The profile that the checkpoint declares, else that of a known model of this name, else rank1's. A known profile has the
 * model's own score scale, so it wins over a declaration of the same question.
 */
async function findProfile(
  input: CheckpointFolder,
  tokenizer: TokenizerFiles | null,
  { architecture }: ModelSpec,
  { source, onWarning }: ConvertOptions,
): Promise<ScoringProfile> {
  const known = knownProfile(source.name);
  const declared = tokenizer && (await declaredBy(input, tokenizer));
  if (declared) return known && asksTheSame(known, declared) ? known : declared;
  if (known) return known;
  // No published rank1 model is a Qwen3.
  if (architecture === 'Qwen3ForCausalLM') {
    onWarning?.(
      `${source.name || 'This Qwen3 model'} is not known here and declares no score (modules.json), so rank1's prompt is used. If the model expects another prompt, its scores will be wrong: convert it with --profile, ${[...KNOWN_PROFILES.keys()].join(', ')} or a JSON file.`,
    );
  }
  return RANK1_PROFILE;
}

function declaredBy(input: CheckpointFolder, tokenizer: TokenizerFiles): Promise<ScoringProfile | null> {
  const config = parseJson('tokenizer_config.json', tokenizer.config);
  return declaredProfile(input, config, () =>
    createTokenizer(parseJson('tokenizer.json', tokenizer.json), config),
  );
}

/** @throws Rank1Error `model-not-found` if there is none, unless the options allow that */
async function readTokenizer(
  input: CheckpointFolder,
  { withoutTokenizer = false, onWarning }: ConvertOptions,
): Promise<TokenizerFiles | null> {
  const files = await readTokenizerFiles(input);
  if (files) return files;
  if (!withoutTokenizer) {
    throw new Rank1Error(
      'model-not-found',
      'There is no tokenizer.json in the folder, so the model could not read text. Add the tokenizer files of the checkpoint (tokenizer.json, tokenizer_config.json).',
    );
  }
  onWarning?.('There is no tokenizer.json: the converted model cannot be given text.');
  return null;
}

const answerIds = ({ trueTokenId, falseTokenId }: MarkerTokens): readonly number[] =>
  falseTokenId === null ? [trueTokenId] : [trueTokenId, falseTokenId];

async function copyTextFiles(input: CheckpointFolder, recorded: RecordedOutput): Promise<void> {
  for (const name of COPIED_FILES) {
    const text = await readText(input, name);
    if (text !== null) await recorded.writeWhole(name, text);
  }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
