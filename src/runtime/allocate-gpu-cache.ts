/** Allocates the GPU's KV cache, with fewer rows each time it does not fit. */
import { isRank1Error } from '../base/errors.ts';
import { shrink, type CapacityRequest } from './capacity-plan.ts';
import { GpuKvCache, type GpuKvCacheOptions } from './gpu-kv-cache.ts';

/** @throws Rank1Error `out-of-memory` when not even one row fits */
export async function allocateGpuCache(
  capacity: CapacityRequest,
  options: Omit<GpuKvCacheOptions, keyof CapacityRequest>,
): Promise<{ readonly cache: GpuKvCache; readonly maxSlots: number }> {
  try {
    const cache = await GpuKvCache.allocate({ ...options, ...capacity });
    return { cache, maxSlots: capacity.maxSlots };
  } catch (error) {
    const smaller = isRank1Error(error, 'out-of-memory') ? shrink(capacity) : null;
    if (!smaller) throw error;
    return allocateGpuCache(smaller, options);
  }
}
