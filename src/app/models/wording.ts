/** Sentences of the models page that depend on numbers or states. */
import { msg, str } from '@lit/localize';
import type {
  CatalogueRefusal,
  DeviceReport,
  StoredModel,
  StoreProgress,
} from '../../protocol/model-store-api.ts';
import { formatBytes } from './byte-sizes.ts';

export function stageLabel(stage: StoreProgress['stage']): string {
  switch (stage) {
    case 'waiting':
      return msg('Another tab is at it');
    case 'download':
      return msg('Downloading');
    case 'repeat':
      return msg('A file came damaged. Fetching it again');
    case 'verify':
      return msg('Checking');
    case 'copy':
      return msg('Copying');
    case 'convert':
      return msg('Converting');
  }
}

/** "1.2 GB of 3.4 GB" */
export function bytesOf(bytes: number, totalBytes: number): string {
  return msg(str`${formatBytes(bytes)} of ${formatBytes(totalBytes)}`);
}

/** How much of a model is stored, in one line. */
export function storedNote({ dtypes, bytes, unfinished, storage }: StoredModel): string {
  const parts = [dtypes.join(', '), formatBytes(bytes)];
  if (unfinished)
    parts.push(msg(str`${unfinished.dtype}: ${bytesOf(unfinished.loadedBytes, unfinished.totalBytes)}`));
  if (dtypes.length === 0 && !unfinished)
    parts.push(msg('left by a copy or conversion that broke off; no model'));
  if (storage === 'memory') parts.push(msg('in memory until this page is closed'));
  return parts.filter(Boolean).join(' · ');
}

/** On the button that downloads a version. */
export function versionLabel(dtype: string, bytes: number, missingBytes: number): string {
  if (missingBytes === 0) return msg(str`${dtype} is here`);
  const size =
    missingBytes < bytes
      ? msg(str`${formatBytes(missingBytes)} of ${formatBytes(bytes)} missing`)
      : formatBytes(bytes);
  return msg(str`Download ${dtype} · ${size}`);
}

export function refusalText(refusal: CatalogueRefusal): string {
  switch (refusal.code) {
    case 'needs-server':
      return msg('Needs a server with a large GPU: see docs/scale.md of the project.');
    case 'needs-float16':
      return msg('Needs a GPU that computes with 16-bit floats (shader-f16).');
    case 'needs-gpu':
      return msg(
        str`Needs a GPU: ${gigabytes(refusal.weightBytes)} of weights are more than WebAssembly can hold.`,
      );
    case 'tensor-too-large':
      return msg(
        str`Its largest tensor has ${gigabytes(refusal.tensorBytes)}; this GPU takes ${gigabytes(refusal.maxBytes)} at once.`,
      );
    case 'memory-too-small':
      return msg(
        str`Needs ${gigabytes(refusal.neededBytes)}; this device has ${gigabytes(refusal.deviceBytes)} in all.`,
      );
  }
}

export function dtypeReasonText({ float16 }: DeviceReport): string {
  return float16
    ? msg('The GPU computes with 16-bit floats, so the KV cache takes half the memory.')
    : msg(
        'Without 16-bit floats on the GPU, 4-bit weights that compute in 32 bits are the smallest that run.',
      );
}

export function storageText({ storage, storesModels }: DeviceReport): string {
  if (!storesModels || !storage) return msg('Refused');
  const free = formatBytes(Math.max(0, storage.quotaBytes - storage.usedBytes));
  return msg(str`${free} free, ${formatBytes(storage.usedBytes)} used`);
}

export function storageNote({ storage, storesModels }: DeviceReport): string {
  if (!storesModels || !storage)
    return msg('This browser stores nothing for the page; models stay in memory until it is closed.');
  if (storage.persistent) return msg('The browser keeps it until you delete it.');
  return msg('The browser may clear it when the disk is full.');
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
