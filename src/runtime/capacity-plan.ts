/**
 * How many rows the KV cache gets: what was asked for, within the adapter's limits and a share of the memory. Pure; when
 * an allocation fails all the same, `shrink` says what to try next. Rows that are fewer than asked for cost time only:
 * documents wait longer for a slot.
 */
import type { KvDtype, ModelSpec } from '../model/model-spec.ts';
import { kvBytesPerToken } from '../model/model-spec.ts';

export interface CapacityRequest {
  readonly maxSlots: number;
  readonly maxPrefillRows: number;
  /** tokens a row must hold; never shrunk, as documents were cut to it */
  readonly maxLength: number;
}

export interface CapacityLimits {
  /** of one buffer, which holds a layer's keys or values for all rows */
  readonly maxBufferBytes: number;
  /** of keys and values in all */
  readonly budgetBytes: number;
}

/** Rows that are prefilled together need room of their own: at least this share of the slots, where there is any choice. */
const MIN_PREFILL_SHARE = 0.25;
const GIBIBYTE = 2 ** 30;
/** Share of the machine's memory that keys and values may take; the weights and everything else need the rest. */
const MEMORY_SHARE = 1 / 4;
/** Browsers that do not tell their memory get what a small laptop has. */
const ASSUMED_MEMORY_BYTES = 4 * GIBIBYTE;

/** Always at least one row of each kind: whether that fits, only the device can tell. */
export function planCapacity(
  request: CapacityRequest,
  spec: ModelSpec,
  dtype: KvDtype,
  { maxBufferBytes, budgetBytes }: CapacityLimits,
): CapacityRequest {
  const { maxLength } = request;
  const rowBytes = kvBytesPerToken(spec, dtype) * maxLength;
  const rowsInBuffer = Math.floor(maxBufferBytes / (rowBytes / (2 * spec.numLayers)));
  const rowsInBudget = Math.floor(budgetBytes / rowBytes);
  const maxSlots = clamp(
    Math.min(request.maxSlots, rowsInBuffer, Math.floor(rowsInBudget / (1 + MIN_PREFILL_SHARE))),
  );
  const maxPrefillRows = clamp(
    Math.min(request.maxPrefillRows, rowsInBuffer, maxSlots, rowsInBudget - maxSlots),
  );
  return { maxSlots, maxPrefillRows, maxLength };
}

/** About half of everything; null when there is nothing left to give. */
export function shrink({ maxSlots, maxPrefillRows, maxLength }: CapacityRequest): CapacityRequest | null {
  if (maxSlots === 1 && maxPrefillRows === 1) return null;
  const half = (rows: number) => clamp(Math.floor(rows / 2));
  return { maxSlots: half(maxSlots), maxPrefillRows: half(maxPrefillRows), maxLength };
}

/** @param memoryGib of the machine; browsers tell 8 at most (`navigator.deviceMemory`), or nothing */
export function memoryBudget(memoryGib: number | undefined): number {
  return MEMORY_SHARE * (memoryGib ? memoryGib * GIBIBYTE : ASSUMED_MEMORY_BYTES);
}

function clamp(rows: number): number {
  return Math.max(1, rows);
}
