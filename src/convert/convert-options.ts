/** Options of a conversion. */
import type { QuantizationMethod } from './block-quantizer.ts';
import type { ScoringProfile } from '../model/scoring-profile.ts';
import type { StreamingHash } from '../model/sha256.ts';
import type { TensorError } from './tensor-error.ts';

export const CONVERT_DTYPES = ['q4', 'q4f16', 'q8', 'fp16', 'fp32'] as const;
/** q4 and q8 compute in fp32; q4f16 and fp16 compute in fp16, which the device must support. */
export type ConvertDtype = (typeof CONVERT_DTYPES)[number];

export const GRAPH_LAYOUTS = ['rank1', 'transformersjs'] as const;
/** `rank1`: the layout our engine runs fastest. `transformersjs`: the standard inputs of transformers.js. */
export type GraphLayout = (typeof GRAPH_LAYOUTS)[number];

export interface ConvertOptions {
  readonly dtype: ConvertDtype;
  readonly layout: GraphLayout;
  /** How 4- and 8-bit weights are rounded. */
  readonly method: QuantizationMethod;
  /** Weights that share a scale: a power of two, 16 to 256. Only 32 has fast kernels. */
  readonly blockSize: number;
  /** Rows of the rotary tables; at most config.json's max_position_embeddings. */
  readonly maxPositions: number;
  /** Size at which a new weight file is started. A page must be able to hold one file whole. */
  readonly shardBytes: number;
  readonly accuracyLevel: 0 | 4;
  /** How the model is asked and scored; default: by the source's name, else rank1's protocol. */
  readonly profile?: ScoringProfile | undefined;
  /** Origin of the checkpoint, for the manifest. */
  readonly source: { readonly name: string; readonly revision: string | null };
  readonly createHash: () => StreamingHash | Promise<StreamingHash>;
  readonly onProgress: (progress: ConvertProgress) => void;
  /** Called with every quantised tensor's error; each weight is then processed a second time. */
  readonly onTensorError?: ((error: TensorError) => void) | undefined;
  /** Called with a sentence about anything that was done but may not be intended. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /**
   * Allow a checkpoint without tokenizer.json; the resulting model cannot take text. By default it is
   * refused.
   */
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

export const DEFAULT_MAX_POSITIONS = 16_384;
export const DEFAULT_SHARD_BYTES = 512 * 2 ** 20;
