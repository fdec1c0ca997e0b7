import { describe, expect, it } from 'vitest';
import { planArithmetic, type ArithmeticRequest } from '../../../src/model/arithmetic-plan.ts';

const GIB = 2 ** 30;

/** 4-bit weights of so many values: fp32 is about 7 times as large as the files. */
function sizes(numValues: number): ArithmeticRequest['sizes'] {
  const files = 0.6 * numValues;
  const form = (bytes: number) => ({ total: bytes * numValues, largest: 32e6 });
  return { files, kept: files / 10, fp32: form(4), int8: form(1) };
}

function plan(changes: Partial<ArithmeticRequest>) {
  return planArithmetic({
    preference: 'auto',
    isFastGood: false,
    device: 'wasm',
    memoryGib: 8,
    sizes: sizes(135e6),
    ...changes,
  });
}

describe('on WASM', () => {
  it.each([
    ['auto', false, 'exact', 'fp32'],
    ['auto', true, 'fast', 'int8'],
    ['exact', true, 'exact', 'fp32'],
    ['fast', false, 'fast', 'int8'],
  ] as const)('%s, quality of fast measured: %s, is %s in %s', (preference, isFastGood, ...expected) => {
    const { arithmetic, form } = plan({ preference, isFastGood });
    expect([arithmetic, form]).toEqual(expected);
  });

  it('weights stay as stored where the expanded ones do not fit, and the reason has the sizes', () => {
    const { form, arithmetic, reason } = plan({ memoryGib: 1 });
    expect({ form, arithmetic }).toEqual({ form: 'stored', arithmetic: 'exact' });
    expect(reason).toMatch(/32-bit weights takes 8\d\d MB, and 537 MB are there/);
  });

  it('fast falls back to fp32 or stored as the memory allows', () => {
    const tight = plan({ preference: 'fast', memoryGib: 0.25 });
    expect(tight).toMatchObject({ form: 'stored', arithmetic: 'exact' });
    expect(tight.reason).toMatch(/8-bit weights .* 32-bit weights /);
  });

  it('never takes more than WebAssembly can address, whatever the machine has', () => {
    expect(plan({ memoryGib: 512, sizes: sizes(0.9e9) })).toMatchObject({ form: 'stored' });
    expect(plan({ memoryGib: 512, sizes: sizes(0.5e9) })).toMatchObject({ form: 'fp32' });
  });

  it('takes 4 GiB for granted where the browser tells nothing', () => {
    const forms = (memoryGib: number | undefined) =>
      [1e8, 3e8, 4e8, 6e8, 2e9].map((values) => plan({ memoryGib, sizes: sizes(values) }).form);
    expect(forms(undefined)).toEqual(forms(4));
  });

  it('plans a peak within what there is, files included, growing with the form', () => {
    const peaks = (['stored', 'fast', 'exact'] as const).map((form) =>
      form === 'stored' ? plan({ memoryGib: 0 }).peakBytes : plan({ preference: form }).peakBytes,
    );
    expect(peaks).toEqual([...peaks].sort((a, b) => a! - b!));
    expect(peaks[2]).toBeLessThan(4 * GIB);
    expect(peaks[1]).toBeGreaterThan(135e6 * 1.6);
  });
});

describe('elsewhere', () => {
  it('native code computes with what is stored, but for fast', () => {
    const forms = (['auto', 'exact', 'fast'] as const).map(
      (preference) => plan({ preference, device: 'cpu', isFastGood: true }).form,
    );
    expect(forms).toEqual(['stored', 'stored', 'int8']);
  });

  it('a GPU, and a model without blocks, have nothing to plan', () => {
    for (const changes of [{ device: 'webgpu' }, { sizes: null }] as const) {
      expect(plan({ preference: 'fast', ...changes })).toMatchObject({
        arithmetic: 'exact',
        form: 'stored',
        peakBytes: null,
      });
    }
  });
});
