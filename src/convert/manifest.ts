/**
 * Writes `rank1.json`: what the engine needs to load the folder (model/manifest.ts), and information for
 * people.
 */
import { MANIFEST_VERSION, type Manifest, type ManifestModel } from '../model/manifest.ts';
import type { ScoringProfile } from '../model/scoring-profile.ts';
import { kvBytesPerToken, type KvDtype, type ModelSpec } from '../model/model-spec.ts';
import type { QuantizationMethod } from './block-quantizer.ts';
import type { ConvertDtype } from './convert-options.ts';
import type { MarkerTokens } from './marker-tokens.ts';
import type { FileRecord } from './recorded-output.ts';

/** Contents of `rank1.json`. */
export interface ConvertedManifest extends Manifest {
  readonly source: { readonly name: string; readonly revision: string | null };
  readonly architecture: ModelSpec['architecture'];
  readonly vocabSize: number;
  /** Tokens of answers and markers; `null` if the checkpoint has no tokenizer. */
  readonly tokens: MarkerTokens | null;
  readonly models: Readonly<Record<string, ConvertedModel>>;
}

export interface ConvertedModel extends ManifestModel {
  /** Weights that share a scale; `null` if not quantised. */
  readonly blockSize: number | null;
  /** `awq` or `gguf` if the codes come from the checkpoint. */
  readonly quantization: QuantizationMethod | 'awq' | 'gguf' | null;
  /** Rows of the rotary tables: the longest sequence, prompt and answer together. */
  readonly maxPositions: number;
  readonly kvBytesPerToken: number;
  readonly memory: MemoryEstimate;
}

/** Weights and KV cache; activations and the runtime add some tens of MB. */
export interface MemoryEstimate {
  readonly weightBytes: number;
  /** tokens per slot in this estimate */
  readonly contextTokens: number;
  /** by number of slots, the rows decoded together */
  readonly bytesAtSlots: Readonly<Record<string, number>>;
}

export interface ManifestInput {
  readonly spec: ModelSpec;
  readonly profile: ScoringProfile;
  readonly source: ConvertedManifest['source'];
  readonly tokens: MarkerTokens | null;
  readonly dtype: ConvertDtype;
  readonly layout: ManifestModel['layout'];
  /** for the `scores` layout; else null */
  readonly answerTokenIds: readonly number[] | null;
  readonly onnx: string;
  readonly externalData: readonly string[];
  readonly kvDtype: KvDtype;
  readonly blockSize: number | null;
  readonly quantization: ConvertedModel['quantization'];
  readonly maxPositions: number;
  readonly largestTensorBytes: number;
  readonly files: readonly FileRecord[];
}

export function buildManifest(input: ManifestInput): ConvertedManifest {
  const {
    spec,
    dtype,
    layout,
    answerTokenIds,
    onnx,
    externalData,
    kvDtype,
    blockSize,
    quantization,
    maxPositions,
    largestTensorBytes,
  } = input;
  const weightBytes = input.files
    .filter((file) => externalData.includes(file.path))
    .reduce((sum, file) => sum + file.bytes, 0);
  const bytesPerToken = kvBytesPerToken(spec, kvDtype);
  return {
    version: MANIFEST_VERSION,
    source: input.source,
    architecture: spec.architecture,
    vocabSize: spec.vocabSize,
    profile: input.profile,
    tokens: input.tokens,
    models: {
      [dtype]: {
        onnx,
        externalData,
        layout,
        ...(answerTokenIds && { answerTokenIds }),
        kvDtype,
        blockSize,
        quantization,
        maxPositions,
        largestTensorBytes,
        kvBytesPerToken: bytesPerToken,
        memory: estimateMemory(weightBytes, bytesPerToken, Math.min(maxPositions, ESTIMATED_CONTEXT)),
      },
    },
    files: Object.fromEntries(input.files.map(({ path, bytes, sha256 }) => [path, { bytes, sha256 }])),
  };
}

/** A prompt of a few hundred tokens plus a chain of typical length for rank1. */
const ESTIMATED_CONTEXT = 2048;
const ESTIMATED_SLOTS = [1, 4, 8, 16, 32] as const;

function estimateMemory(weightBytes: number, bytesPerToken: number, contextTokens: number): MemoryEstimate {
  const bytesAt = (slots: number) => weightBytes + slots * contextTokens * bytesPerToken;
  const bytesAtSlots = Object.fromEntries(ESTIMATED_SLOTS.map((slots) => [String(slots), bytesAt(slots)]));
  return { weightBytes, contextTokens, bytesAtSlots };
}
