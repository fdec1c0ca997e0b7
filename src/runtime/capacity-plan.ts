/**
 * How many rows the KV cache gets: the request, within the adapter's limits and a share of the memory. Pure; if an
 * allocation fails all the same, `shrink` gives the next request to try. Fewer rows than requested only cost time:
 * documents wait longer for a slot.
 */
import type { KvDtype, ModelSpec } from '../model/model-spec.ts';
import { kvBytesPerToken } from '../model/model-spec.ts';

export interface CapacityRequest {
  readonly maxSlots: number;
  readonly maxPrefillRows: number;
  /** tokens per row; never shrunk, as documents were cut to it */
  readonly maxLength: number;
}

interface WantedCapacity extends CapacityRequest {
  /** Prefilled rows are not kept: one slot is enough for any number of them. */
  readonly scoresOnly?: boolean;
}

export interface CapacityLimits {
  /** of one buffer, which holds one layer's keys or values for all rows */
  readonly maxBufferBytes: number;
  /** for all keys and values */
  readonly budgetBytes: number;
}

/** Rows prefilled together need extra room: reserve at least this share of the slots where possible. */
const MIN_PREFILL_SHARE = 0.25;
const GIBIBYTE = 2 ** 30;
/** Share of the machine's memory for keys and values; the weights and everything else need the rest. */
const MEMORY_SHARE = 1 / 4;
/** Assumed when the browser does not report its memory: a small laptop. */
const ASSUMED_MEMORY_BYTES = 4 * GIBIBYTE;

/** Always at least one row of each kind; only the device can tell whether that fits. */
export function planCapacity(
  request: WantedCapacity,
  spec: ModelSpec,
  dtype: KvDtype,
  { maxBufferBytes, budgetBytes }: CapacityLimits,
): CapacityRequest {
  const { maxLength, scoresOnly = false } = request;
  const rowBytes = kvBytesPerToken(spec, dtype) * maxLength;
  const rowsInBuffer = Math.floor(maxBufferBytes / (rowBytes / (2 * spec.numLayers)));
  const rowsInBudget = Math.floor(budgetBytes / rowBytes);
  const maxSlots = scoresOnly
    ? 1
    : clamp(Math.min(request.maxSlots, rowsInBuffer, Math.floor(rowsInBudget / (1 + MIN_PREFILL_SHARE))));
  const usable = scoresOnly ? request.maxSlots : maxSlots;
  const maxPrefillRows = clamp(
    Math.min(request.maxPrefillRows, rowsInBuffer, usable, rowsInBudget - maxSlots),
  );
  return { maxSlots, maxPrefillRows, maxLength };
}

/** Roughly halves the request; null when it cannot shrink further. */
export function shrink({ maxSlots, maxPrefillRows, maxLength }: CapacityRequest): CapacityRequest | null {
  if (maxSlots === 1 && maxPrefillRows === 1) return null;
  const half = (rows: number) => clamp(Math.floor(rows / 2));
  return { maxSlots: half(maxSlots), maxPrefillRows: half(maxPrefillRows), maxLength };
}

/** @param memoryGib of the machine; browsers report at most 8 (`navigator.deviceMemory`), or nothing */
export function memoryBudget(memoryGib: number | undefined): number {
  return MEMORY_SHARE * (memoryGib ? memoryGib * GIBIBYTE : ASSUMED_MEMORY_BYTES);
}

function clamp(rows: number): number {
  return Math.max(1, rows);
}
