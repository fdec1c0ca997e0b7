/** How much memory a model takes while it runs: weights, and the KV cache of every slot. */

/** A prompt of a few hundred tokens and a chain of rank1's usual length. */
export const PLANNED_CONTEXT_TOKENS = 2048;
/** Rows decoded together, for which estimates are given. */
export const PLANNED_SLOTS = [1, 4, 8, 16, 32] as const;

export interface ModelSize {
  readonly weightBytes: number;
  /** keys and values of every layer, in the elements of the version */
  readonly kvBytesPerToken: number;
}

/** Activations and the runtime itself come on top, some tens of MB. */
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
