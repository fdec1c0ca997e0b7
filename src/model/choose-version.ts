/**
 * Chooses a model version and a device from the manifest, before any weights are read, so that an unsupported
 * version costs nothing. The caller's request is honoured or refused, never replaced.
 */
import { Rank1Error } from '../base/errors.ts';
import { chooseDtype } from './choose-dtype.ts';
import type { Manifest, ManifestModel } from './manifest.ts';

export interface DeviceAbilities {
  readonly device: 'webgpu' | 'cpu' | 'wasm';
  /** supports 16-bit floats */
  readonly float16: boolean;
  /** largest supported tensor; Infinity if unlimited */
  readonly maxTensorBytes: number;
}

export interface VersionChoice {
  readonly dtype: string;
  /** Why the first device was not chosen; null if it was. */
  readonly refusal: string | null;
}

/**
 * @param asked dtype named by the caller
 * @param devices best first, not empty
 * @returns null if the model does not offer the requested dtype
 * @throws Rank1Error `device-unavailable` if no device can run any eligible version
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
    return `The ${dtype} version needs a GPU with 16-bit floats, which this device does not have.`;
  const { largestTensorBytes = 0 } = model ?? {};
  if (largestTensorBytes > maxTensorBytes)
    return `The largest tensor of the ${dtype} version has ${megabytes(largestTensorBytes)} MB, and the ${device === 'webgpu' ? 'GPU' : 'CPU'} takes ${megabytes(maxTensorBytes)} MB at once.`;
  return null;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
