/** Counts what a conversion has done, and stops it between two tensors when asked. */
import type { ConvertProgress } from './convert-options.ts';
import type { WeightGroup } from './graph-builder.ts';

/** A callback for after each group; it throws the signal's reason once that is aborted. */
export function trackProgress(
  groups: readonly WeightGroup[],
  onProgress: (progress: ConvertProgress) => void,
  signal: AbortSignal,
): (group: WeightGroup) => void {
  const totalBytes = groups.reduce((sum, group) => sum + group.sourceBytes, 0);
  const totalTensors = groups.reduce((sum, group) => sum + group.tensors.length, 0);
  let bytes = 0;
  let tensors = 0;
  return (group) => {
    signal.throwIfAborted();
    bytes += group.sourceBytes;
    tensors += group.tensors.length;
    onProgress({ bytes, totalBytes, tensors, totalTensors });
  };
}
