import { describe, expect, it } from 'vitest';
import { chooseVersion, type DeviceAbilities } from '../../../src/model/choose-version.ts';
import { parseManifest, type Manifest } from '../../../src/model/manifest.ts';

const CPU: DeviceAbilities = { device: 'wasm', float16: false, maxTensorBytes: Infinity };
const GPU: DeviceAbilities = { device: 'webgpu', float16: true, maxTensorBytes: 1000e6 };
const OLD_GPU: DeviceAbilities = { ...GPU, float16: false, maxTensorBytes: 128e6 };

/** @param versions the largest tensor of each dtype; undefined: not known */
function manifestOf(versions: Readonly<Record<string, number | undefined>>): Manifest {
  const file = { bytes: 1, sha256: '0'.repeat(64) };
  const models = Object.entries(versions).map(([dtype, largestTensorBytes]) => {
    const kvDtype = dtype.endsWith('16') ? 'float16' : 'float32';
    const version = { onnx: 'g.onnx', externalData: [], layout: 'rank1', kvDtype, maxPositions: 64 };
    return [dtype, { ...version, ...(largestTensorBytes !== undefined && { largestTensorBytes }) }];
  });
  return parseManifest({
    version: 1,
    models: Object.fromEntries(models) as unknown,
    files: { 'g.onnx': file },
  });
}

const BOTH = manifestOf({ q4: 300e6, q4f16: 150e6 });
const ONLY_F16 = manifestOf({ q4f16: 150e6 });

describe('the version to load', () => {
  it.each([
    ['a GPU with 16-bit floats', BOTH, undefined, [GPU, CPU], 'q4f16'],
    ['the CPU', BOTH, undefined, [CPU], 'q4'],
    ['a GPU, as the caller says', BOTH, 'q4', [GPU, CPU], 'q4'],
    ['a manifest that tells no sizes', manifestOf({ q4: undefined }), undefined, [OLD_GPU, CPU], 'q4'],
  ] as const)('for %s is the best that runs there', (_name, manifest, asked, devices, dtype) => {
    expect(chooseVersion(manifest, asked, devices)).toEqual({ dtype, refusal: null });
  });

  it('is the smaller one where a tensor of the better one is too large for the GPU', () => {
    const manifest = manifestOf({ q4: 300e6, q4f16: 2000e6 });
    expect(chooseVersion(manifest, undefined, [GPU, CPU])).toEqual({ dtype: 'q4', refusal: null });
  });

  it('goes to the CPU where no version fits the GPU, and says why', () => {
    const choice = chooseVersion(BOTH, undefined, [OLD_GPU, CPU]);
    expect(choice?.dtype).toBe('q4');
    expect(choice?.refusal).toMatch(/largest tensor of the q4 version has 300 MB, and the GPU takes 128 MB/);
  });

  it.each([
    [ONLY_F16, undefined, [CPU], /q4f16 version needs a GPU with 16-bit floats.*Take another version/],
    [BOTH, 'q4f16', [CPU], /16-bit floats.*Choose the dtype "q4"\./],
    [BOTH, 'q4', [OLD_GPU], /largest tensor.*smaller model/],
  ] as const)(
    'is refused before anything is read where there is none (%#)',
    (manifest, asked, devices, said) => {
      expect(() => chooseVersion(manifest, asked, devices)).toThrow(
        expect.objectContaining({
          code: 'device-unavailable',
          message: expect.stringMatching(said) as string,
        }) as Error,
      );
    },
  );

  it('is none where the model does not offer what is asked for', () => {
    expect(chooseVersion(ONLY_F16, 'q4', [GPU])).toBeNull();
    expect(chooseVersion(ONLY_F16, 'constructor', [GPU])).toBeNull();
  });
});
