import type { QuantizationMethod } from './block-quantizer.ts';
import type { ScoringProfile } from '../model/scoring-profile.ts';
import type { StreamingHash } from '../model/sha256.ts';
import type { TensorError } from './tensor-error.ts';

export const CONVERT_DTYPES = ['q4', 'q4f16', 'q8', 'fp16', 'fp32'] as const;
/** q4 and q8 compute in fp32; q4f16 and fp16 compute in fp16, which the device must support. */
export type ConvertDtype = (typeof CONVERT_DTYPES)[number];

export const GRAPH_LAYOUTS = ['rank1', 'transformersjs'] as const;
/** `rank1`: for this library's engine. `transformersjs`: for transformers.js, with its standard inputs. */
export type GraphLayout = (typeof GRAPH_LAYOUTS)[number];

/** Options of a conversion; the defaults named here are those of the command line and of `convertFiles`. */
export interface ConvertOptions {
  readonly dtype: ConvertDtype;
  readonly layout: GraphLayout;
  /** How 4- and 8-bit weights are rounded. Default `symmetric`. */
  readonly method: QuantizationMethod;
  /** Weights that share a scale: a power of two, 16 to 256. Default 32, the only size with fast kernels. */
  readonly blockSize: number;
  /** Longest sequence in tokens, capped at config.json's max_position_embeddings. Default `DEFAULT_MAX_POSITIONS`. */
  readonly maxPositions: number;
  /** Size at which a new weight file is started; a page holds a whole file in memory. Default `DEFAULT_SHARD_BYTES`. */
  readonly shardBytes: number;
  /** MatMulNBits' accuracy_level: 4 rounds activations to int8, faster on some devices but less exact. Default 0. */
  readonly accuracyLevel: 0 | 4;
  /** Prompt and scoring. Default: as the checkpoint declares, else by the source's name, else rank1's protocol. */
  readonly profile?: ScoringProfile | undefined;
  /** Origin of the checkpoint, for the manifest; its name also selects a known profile. */
  readonly source: { readonly name: string; readonly revision: string | null };
  /** SHA-256; `createSha256` in browsers */
  readonly createHash: () => StreamingHash | Promise<StreamingHash>;
  readonly onProgress: (progress: ConvertProgress) => void;
  /** Called with every quantised tensor's error; if absent, errors are not computed. */
  readonly onTensorError?: ((error: TensorError) => void) | undefined;
  /** Called with a sentence about anything that may not be intended. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Accepts a checkpoint without tokenizer.json; the resulting model cannot read text. Default false. */
  readonly withoutTokenizer?: boolean;
  readonly signal: AbortSignal;
}

export interface ConvertProgress {
  /** checkpoint bytes read so far, out of all that the conversion reads */
  readonly bytes: number;
  readonly totalBytes: number;
  /** tensors written so far, of all */
  readonly tensors: number;
  readonly totalTensors: number;
}

/** tokens */
export const DEFAULT_MAX_POSITIONS = 16_384;
export const DEFAULT_SHARD_BYTES = 512 * 2 ** 20;
