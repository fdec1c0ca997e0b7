/**
 * All rank1 models, and the other rerankers that run here. The sizes in catalogue.json are what the converter writes for
 * the real configurations (recomputed by test/unit/model/catalogue.test.ts); the weights themselves were not available.
 */
import { MAX_EXPANDED_BYTES, type LoadSizes } from './arithmetic-plan.ts';
import catalogue from './catalogue.json' with { type: 'json' };

export interface KnownModel {
  readonly id: string;
  readonly label: string;
  readonly repository: string | null;
  /** SPDX identifier from its model card */
  readonly licence: string;
  /** false: it scores without reasoning */
  readonly reasons: boolean;
  readonly parameters: number;
  /** size of the safetensors in 16-bit floats */
  readonly checkpointBytes: number;
  readonly versions: readonly KnownVersion[];
}

export interface KnownVersion {
  readonly dtype: string;
  readonly weightBytes: number;
  /** keys and values of all layers, in the version's element type */
  readonly kvBytesPerToken: number;
  /** must fit into one GPU buffer */
  readonly largestTensorBytes: number;
  /** 4- or 8-bit blocks that a CPU may expand: weights that products read, and bytes that only products read */
  readonly blocks: { readonly weights: number; readonly bytes: number };
}

export const CATALOGUE: readonly KnownModel[] = catalogue;

/** A prompt of a few hundred tokens plus a chain of typical length for rank1. */
export const PLANNED_CONTEXT_TOKENS = 2048;
/** Numbers of rows decoded together for which estimates are given. */
export const PLANNED_SLOTS = [1, 4, 8, 16, 32] as const;

export type ModelSize = Pick<KnownVersion, 'weightBytes' | 'kvBytesPerToken'>;

/** Bytes of the weights and of all slots' KV cache. Activations and the runtime add some tens of MB. */
export function plannedBytes(
  { weightBytes, kvBytesPerToken }: ModelSize,
  slots: number,
  contextTokens = PLANNED_CONTEXT_TOKENS,
): number {
  return weightBytes + slots * contextTokens * kvBytesPerToken;
}

export function bytesAtSlots(size: ModelSize, contextTokens?: number): Record<string, number> {
  return Object.fromEntries(
    PLANNED_SLOTS.map((slots) => [String(slots), plannedBytes(size, slots, contextTokens)]),
  );
}

/** For `planArithmetic`; null if there is nothing to expand. */
export function loadSizesOf({ weightBytes, blocks }: KnownVersion): LoadSizes | null {
  if (blocks.weights === 0) return null;
  const expanded = (valueBytes: number) => ({
    total: valueBytes * blocks.weights,
    largest: MAX_EXPANDED_BYTES,
  });
  return { files: weightBytes, kept: weightBytes - blocks.bytes, fp32: expanded(4), int8: expanded(1) };
}
