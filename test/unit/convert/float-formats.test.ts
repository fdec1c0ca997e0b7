import { describe, expect, it } from 'vitest';
import { decodeFloats, encodeFloat16 } from '../../../src/convert/float-formats.ts';

const half = (value: number) => encodeFloat16(Float32Array.of(value))[0]!;

describe('encodeFloat16', () => {
  it('gives every fp16 number back', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const floats = decodeFloats(new Uint8Array(all.buffer), 'F16');
    const again = encodeFloat16(floats);
    for (let i = 0; i < 65536; i++) if (!Number.isNaN(floats[i])) expect(again[i]).toBe(i);
    expect(floats[0x3c00]).toBe(1);
    expect(floats[1]).toBe(2 ** -24);
    expect(floats[0x7bff]).toBe(65504);
    expect(floats[0xfc00]).toBe(-Infinity);
  });

  it('rounds to nearest, ties to even', () => {
    expect(half(1 + 2 ** -11)).toBe(0x3c00);
    expect(half(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(half(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect(half(65519.99)).toBe(0x7bff);
    expect(half(65520)).toBe(0x7c00);
    expect(half(2 ** -25)).toBe(0);
    expect(half(1.5 * 2 ** -24)).toBe(2);
    expect(half(-(2 ** -25) * 1.001)).toBe(0x8001);
    expect(half(2 ** -14 - 2 ** -26)).toBe(0x400);
    expect(half(NaN) & 0x7fff).toBeGreaterThan(0x7c00);
  });
});

describe('decodeFloats', () => {
  it('reads bf16 as the upper half of fp32, from any offset', () => {
    const bytes = Uint8Array.of(9, 0x80, 0x3f, 0x20, 0xc1).subarray(1);
    expect([...decodeFloats(bytes, 'BF16')]).toEqual([1, -10]);
  });
});
