/**
 * Which version of a model is loaded, and on which of the devices at hand: decided from the manifest, before any weight
 * is read, so that a version the device cannot run costs nothing. The caller's wish is kept or refused, never replaced.
 */
import { Rank1Error } from '../base/errors.ts';
import { chooseDtype } from './choose-dtype.ts';
import type { Manifest, ManifestModel } from './manifest.ts';

export interface DeviceAbilities {
  readonly device: 'webgpu' | 'cpu' | 'wasm';
  /** whether it computes with 16-bit floats */
  readonly float16: boolean;
  /** the largest tensor it takes; Infinity where there is no limit */
  readonly maxTensorBytes: number;
}

export interface VersionChoice {
  readonly dtype: string;
  /** Why the first device was not chosen; null when it was. */
  readonly refusal: string | null;
}

/**
 * @param asked the dtype the caller names
 * @param devices best first, not empty
 * @returns null where the model does not offer what was asked for
 * @throws Rank1Error `device-unavailable` when no device runs any version that may be taken
 */
export function chooseVersion(
  { models }: Manifest,
  asked: string | undefined,
  devices: readonly DeviceAbilities[],
): VersionChoice | null {
  const offered = asked === undefined ? Object.keys(models) : [asked].filter((dtype) => models[dtype]);
  if (offered.length === 0) return null;
  let refusal: string | null = null;
  for (const abilities of devices) {
    const refusals = offered.map((dtype) => refusalOf(dtype, models[dtype], abilities));
    const running = offered.filter((_, index) => refusals[index] === null);
    const dtype = chooseDtype(running, abilities.float16);
    if (dtype !== undefined) return { dtype, refusal };
    refusal ??= refusals[0] ?? null;
  }
  const others = Object.keys(models).filter(
    (dtype) =>
      !offered.includes(dtype) && devices.some((abilities) => !refusalOf(dtype, models[dtype], abilities)),
  );
  const advice =
    others.length > 0
      ? `Choose the dtype "${others.join('" or "')}".`
      : 'Take another version of the model, such as q4, or a smaller model.';
  throw new Rank1Error('device-unavailable', `${refusal} ${advice}`);
}

function refusalOf(
  dtype: string,
  model: ManifestModel | undefined,
  { device, float16, maxTensorBytes }: DeviceAbilities,
): string | null {
  if (model?.kvDtype === 'float16' && !float16)
    return `The ${dtype} version needs a GPU with 16-bit floats, which is not here.`;
  const { largestTensorBytes = 0 } = model ?? {};
  if (largestTensorBytes > maxTensorBytes)
    return `The largest tensor of the ${dtype} version has ${megabytes(largestTensorBytes)} MB, and the ${device === 'webgpu' ? 'GPU' : 'CPU'} takes ${megabytes(maxTensorBytes)} MB at once.`;
  return null;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
