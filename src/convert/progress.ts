/** Counts what a conversion has done. */
import type { ConvertProgress } from './convert-options.ts';
import type { WeightGroup } from './graph-builder.ts';

/** A callback for after each group. */
export function trackProgress(
  groups: readonly WeightGroup[],
  onProgress: (progress: ConvertProgress) => void,
): (group: WeightGroup) => void {
  const totalBytes = groups.reduce((sum, group) => sum + group.sourceBytes, 0);
  const totalTensors = groups.reduce((sum, group) => sum + group.tensors.length, 0);
  let bytes = 0;
  let tensors = 0;
  return (group) => {
    bytes += group.sourceBytes;
    tensors += group.tensors.length;
    onProgress({ bytes, totalBytes, tensors, totalTensors });
  };
}
