/** Chooses the arithmetic on a CPU, and the form of the weights: as stored, or expanded at load. Pure. */
import { assert } from '../base/assert.ts';
import type {
  Arithmetic,
  ArithmeticCause,
  ArithmeticPreference,
  CpuDevice,
  Device,
} from '../protocol/rerank-api.ts';

/** `stored`: 4- or 8-bit blocks, multiplied by the runtime's own kernel. */
export type WeightForm = 'stored' | 'fp32' | 'int8';

/** Bytes of expanded weights. */
export interface ProductSizes {
  readonly total: number;
  readonly largest: number;
}

export interface LoadSizes {
  /** bytes of the weight files, which the worker holds while the model loads */
  readonly files: number;
  /** bytes that are never expanded: embeddings, norms, rotary tables */
  readonly kept: number;
  readonly fp32: ProductSizes;
  readonly int8: ProductSizes;
}

export interface ArithmeticPlan {
  readonly arithmetic: Arithmetic;
  readonly form: WeightForm;
  readonly cause: ArithmeticCause;
  /** English sentences for users. */
  readonly reason: string;
  /** Peak memory of the load: files, expanded weights and the runtime's memory; `null` if nothing was planned. */
  readonly peakBytes: number | null;
  /** The part of the peak that the loaded model keeps; `null` if nothing was planned. */
  readonly runtimeBytes: number | null;
}

export interface ArithmeticRequest {
  readonly preference: ArithmeticPreference;
  /** whether the manifest says that `fast` was measured and loses little */
  readonly isFastGood: boolean;
  readonly device: Device;
  /** of the machine; undefined if unknown */
  readonly memoryGib: number | undefined;
  /** null if there is nothing to expand */
  readonly sizes: LoadSizes | null;
}

/**
 * Larger weights are expanded and multiplied in parts. The runtime packs a copy of each weight and does not reuse the
 * memory that a large one freed: a vocabulary expanded in one piece took twice its size on top.
 */
export const MAX_EXPANDED_BYTES = 2 ** 25;

const GIBIBYTE = 2 ** 30;
/** Assumed when the browser does not report its memory: a small laptop. */
const ASSUMED_MEMORY_GIB = 4;
/** Share of the machine's memory for the load; the KV cache gets a quarter (capacity-plan.ts). */
const MEMORY_SHARE = 1 / 2;
/** WebAssembly addresses 4 GiB; the KV cache and activations need the rest. */
const MAX_WASM_BYTES = 3 * GIBIBYTE;
/** The runtime without weights, and what the worker itself grows by. */
const RUNTIME_BYTES = 20e6;
/**
 * Peak of the runtime's memory relative to the weights: it packs copies and frees the originals, which leaves gaps.
 * Measured: docs/decisions/0025-arithmetic.md.
 */
const PACKING: Readonly<Record<CpuDevice, Partial<Record<WeightForm, number>>>> = {
  wasm: { stored: 1, fp32: 1.24, int8: 1 },
  cpu: { stored: 1.4, int8: 1.6 },
};

export function planArithmetic(request: ArithmeticRequest): ArithmeticPlan {
  const { preference, isFastGood, device, sizes } = request;
  if (device === 'webgpu') return unplanned('The GPU computes with the weights as they are stored.');
  if (!sizes) return unplanned('The weights are computed with as they are stored.');
  const lacks: string[] = [];
  const room = loadRoom(request.memoryGib);
  const fits = (form: 'fp32' | 'int8'): boolean => {
    const { peak, runtime } = loadMemory(form, device, sizes);
    if (peak <= room && (device === 'cpu' || runtime <= MAX_WASM_BYTES)) return true;
    lacks.push(shortage(form, peak, Math.min(room, device === 'cpu' ? Infinity : MAX_WASM_BYTES)));
    return false;
  };
  const plan = (form: WeightForm, why: string): ArithmeticPlan => ({
    arithmetic: form === 'int8' ? 'fast' : 'exact',
    form,
    cause: lacks.length > 0 ? 'memory' : 'chosen',
    reason: [...lacks, why].join(' '),
    peakBytes: loadMemory(form, device, sizes).peak,
    runtimeBytes: loadMemory(form, device, sizes).runtime,
  });
  if (preference === 'fast' && fits('int8'))
    return plan('int8', 'Products are in 8-bit integers, as asked for.');
  // Native kernels multiply 4-bit blocks faster than fp32 and than int8; WASM has no such kernels.
  if (preference === 'auto' && isFastGood && device === 'wasm' && fits('int8'))
    return plan('int8', 'Products are in 8-bit integers; with them this model was measured to rank as well.');
  if (device === 'cpu') return plan('stored', 'Native code computes with the weights as they are stored.');
  if (fits('fp32')) return plan('fp32', 'Products are in 32-bit floats, of the numbers that are stored.');
  return plan('stored', 'The weights are computed with as they are stored, which is slower.');
}

function unplanned(reason: string): ArithmeticPlan {
  return { arithmetic: 'exact', form: 'stored', cause: 'chosen', reason, peakBytes: null, runtimeBytes: null };
}

/** @returns bytes in the runtime's memory, and peak bytes of the whole load */
function loadMemory(
  form: WeightForm,
  device: CpuDevice,
  sizes: LoadSizes,
): { runtime: number; peak: number } {
  const { files, kept } = sizes;
  const packing = PACKING[device][form];
  assert(packing !== undefined, 'native code does not expand to fp32');
  if (form === 'stored') {
    const runtime = packing * files + RUNTIME_BYTES;
    return { runtime, peak: files + runtime };
  }
  const { total, largest } = sizes[form];
  const beingPacked = form === 'fp32' ? largest : 0;
  const runtime = kept + packing * total + beingPacked + RUNTIME_BYTES;
  // WASM expands weights one at a time, native code all at once.
  return { runtime, peak: files + (device === 'wasm' ? largest : total) + runtime };
}

function loadRoom(memoryGib: number | undefined): number {
  return MEMORY_SHARE * (memoryGib ?? ASSUMED_MEMORY_GIB) * GIBIBYTE;
}

function shortage(form: 'fp32' | 'int8', bytes: number, room: number): string {
  const megabytes = (value: number) => (value / 1e6).toFixed(0);
  const weights = form === 'fp32' ? '32-bit' : '8-bit';
  const left = room > 0 ? `and ${megabytes(room)} MB are there for it` : 'which this device did not have';
  return `Loading with ${weights} weights takes ${megabytes(bytes)} MB, ${left}.`;
}
