/**
 * Every rank1 model. The sizes in catalogue.json are those that the converter writes for the true configurations
 * (test/unit/model/catalogue.test.ts recomputes them); the weights themselves were not available.
 */
import catalogue from './catalogue.json' with { type: 'json' };

export interface KnownModel {
  readonly id: string;
  readonly label: string;
  readonly repository: string | null;
  readonly parameters: number;
  /** of the safetensors, in 16-bit floats */
  readonly checkpointBytes: number;
  readonly versions: readonly KnownVersion[];
}

export interface KnownVersion {
  readonly dtype: string;
  readonly weightBytes: number;
  /** keys and values of every layer, in the elements of the version */
  readonly kvBytesPerToken: number;
  /** must fit into one buffer of the GPU */
  readonly largestTensorBytes: number;
}

export const CATALOGUE: readonly KnownModel[] = catalogue;

/** A prompt of a few hundred tokens and a chain of rank1's usual length. */
export const PLANNED_CONTEXT_TOKENS = 2048;
/** Rows decoded together, for which estimates are given. */
export const PLANNED_SLOTS = [1, 4, 8, 16, 32] as const;

export type ModelSize = Pick<KnownVersion, 'weightBytes' | 'kvBytesPerToken'>;

/** Bytes of weights and of every slot's KV cache. Activations and the runtime add some tens of MB. */
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
