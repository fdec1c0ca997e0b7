/** Which models of the catalogue a device can run, and why not the others. */
import { planArithmetic } from '../../model/arithmetic-plan.ts';
import {
  bytesAtSlots,
  CATALOGUE,
  loadSizesOf,
  type KnownModel,
  type KnownVersion,
} from '../../model/catalogue.ts';
import { chooseDtype } from '../../model/choose-dtype.ts';
import type {
  CatalogueEntry,
  CatalogueRefusal,
  CatalogueVersion,
  DeviceReport,
} from '../../protocol/model-store-api.ts';

/** Models of this size need a server, whatever the device reports: their weights alone fill a desktop GPU. */
const SERVER_PARAMETERS = 10e9;
/** WebAssembly addresses 4 GiB, and the runtime keeps a second copy of some weights while loading. */
const WASM_BYTES = 2 ** 31;
/** Share of the reported memory that a page may use. */
const MEMORY_SHARE = 0.7;
/** Browsers report at most this, however much memory there is. */
const MOST_TOLD_BYTES = 8 * 2 ** 30;

export function assessCatalogue(device: DeviceReport): CatalogueEntry[] {
  return CATALOGUE.map((model) => assessModel(model, device));
}

function assessModel(model: KnownModel, device: DeviceReport): CatalogueEntry {
  const { id, label, repository, licence, reasons, checkpointBytes } = model;
  const versions = model.versions.map((version) => assessVersion(model, version, device));
  const running = versions.filter(({ refusal }) => refusal === null).map(({ dtype }) => dtype);
  const recommended = running.length > 0 ? (chooseDtype(running, device.float16) ?? null) : null;
  const refusal = recommended === null ? (smallest(versions)?.refusal ?? null) : null;
  return { id, label, repository, licence, reasons, checkpointBytes, versions, recommended, refusal };
}

function assessVersion(model: KnownModel, version: KnownVersion, device: DeviceReport): CatalogueVersion {
  return {
    dtype: version.dtype,
    bytes: version.weightBytes,
    memoryAtSlots: bytesAtSlots({ ...version, weightBytes: loadedBytes(version, device) }),
    refusal: refusalOf(model, version, device),
  };
}

/** Bytes of weights in memory: on a CPU they are expanded if there is room. */
function loadedBytes(version: KnownVersion, { device, memoryBytes }: DeviceReport): number {
  const { runtimeBytes } = planArithmetic({
    preference: 'auto',
    isFastGood: false,
    device,
    memoryGib: memoryBytes === null ? undefined : memoryBytes / 2 ** 30,
    sizes: loadSizesOf(version),
  });
  return runtimeBytes ?? version.weightBytes;
}

function refusalOf(model: KnownModel, version: KnownVersion, device: DeviceReport): CatalogueRefusal | null {
  const { dtype, weightBytes, largestTensorBytes } = version;
  if (model.parameters >= SERVER_PARAMETERS) return { code: 'needs-server' };
  if (device.device === 'wasm' && weightBytes > WASM_BYTES) return { code: 'needs-gpu', weightBytes };
  if (dtype.endsWith('16') && !device.float16) return { code: 'needs-float16' };
  const { maxBufferSize = Infinity, maxStorageBufferBindingSize = Infinity } = device.adapter?.limits ?? {};
  const maxBytes = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  if (device.device === 'webgpu' && largestTensorBytes > maxBytes) {
    return { code: 'tensor-too-large', tensorBytes: largestTensorBytes, maxBytes };
  }
  const needed = bytesAtSlots(version)['1'] ?? weightBytes;
  const told = device.memoryBytes;
  if (told !== null && told < MOST_TOLD_BYTES && needed > MEMORY_SHARE * told) {
    return { code: 'memory-too-small', neededBytes: needed, deviceBytes: told };
  }
  return null;
}

function smallest(versions: readonly CatalogueVersion[]): CatalogueVersion | undefined {
  return [...versions].sort((a, b) => a.bytes - b.bytes)[0];
}
