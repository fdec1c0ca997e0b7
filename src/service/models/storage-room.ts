/** Checks for storage space before a model is fetched, copied or converted. */
import { Rank1Error } from '../../base/errors.ts';
import type { CheckpointRequest, DeviceReport } from '../../protocol/model-store-api.ts';

/** Reserved for the page's other data. */
const SPARE_BYTES = 16 * 2 ** 20;
/** Converted size per dtype, relative to a 16-bit float checkpoint: the largest ratio in the catalogue. */
const CONVERTED_SHARE: Readonly<Record<string, number>> = {
  q4: 0.33,
  q4f16: 0.3,
  q8: 0.58,
  fp16: 1.01,
  fp32: 2.01,
};

/** @throws Rank1Error `storage` */
export function assertRoom({ storage }: DeviceReport, neededBytes: number, otherwise: string): void {
  if (!storage || neededBytes === 0) return;
  const free = Math.max(0, storage.quotaBytes - storage.usedBytes);
  if (neededBytes + SPARE_BYTES <= free) return;
  throw new Rank1Error(
    'storage',
    `The model needs ${megabytes(neededBytes)} MB, and this browser gives the page ${megabytes(free)} MB. Delete a model, free disk space, or ${otherwise}.`,
  );
}

/** Bytes a conversion will write; 0 if the checkpoint's size is unknown. */
export function convertedBytes({ source, dtype }: CheckpointRequest): number {
  const bytes =
    'url' in source
      ? (source.bytes ?? 0)
      : source.files.reduce((sum, { name, size }) => sum + (name.endsWith('.safetensors') ? size : 0), 0);
  return Math.ceil(bytes * (CONVERTED_SHARE[dtype] ?? 1));
}

const megabytes = (bytes: number): string => Math.ceil(bytes / 1e6).toLocaleString('en');
