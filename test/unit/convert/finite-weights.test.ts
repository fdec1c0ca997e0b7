import { describe, expect, it } from 'vitest';
import { assertFinite } from '../../../src/convert/finite-weights.ts';
import { decodeFloats, FLOAT_BYTES, type FloatDtype } from '../../../src/convert/float-formats.ts';

const isRefused = (bytes: Uint8Array<ArrayBuffer>, dtype: FloatDtype): boolean => {
  try {
    assertFinite('a', bytes, dtype);
    return false;
  } catch {
    return true;
  }
};

describe.each(['BF16', 'F16'] as const)('%s', (dtype) => {
  it('every number is taken or refused as what it decodes to, at either place of a word', () => {
    for (let half = 0; half < 1 << 16; half++) {
      const [value] = decodeFloats(new Uint8Array(Uint16Array.of(half).buffer), dtype);
      for (const pair of [Uint16Array.of(half, 0xbf80), Uint16Array.of(0x3f80, half)])
        if (isRefused(new Uint8Array(pair.buffer), dtype) === Number.isFinite(value))
          throw new Error(`${half.toString(16)}, which is ${value}`);
    }
  });
});

describe.each(['F32', 'BF16', 'F16'] as const)('%s', (dtype) => {
  it.each([0, 1, 2, 3, 4])('a number that is not finite is found at any place, from byte %d on', (offset) => {
    const size = FLOAT_BYTES[dtype];
    for (const count of [1, 2, 3, 8]) {
      const bytes = new Uint8Array(offset + count * size).subarray(offset);
      expect(isRefused(bytes, dtype)).toBe(false);
      for (let at = 0; at < count; at++) {
        const changed = new Uint8Array(offset + count * size).subarray(offset);
        // The last two bytes hold sign and exponent; 0xff80 is minus infinity, or a NaN in fp16.
        changed.set([0x80, 0xff], (at + 1) * size - 2);
        expect(isRefused(changed, dtype)).toBe(true);
      }
    }
  });

  it('the largest of either sign is taken', () => {
    const largest = { F32: [0xff, 0xff, 0x7f, 0x7f], BF16: [0x7f, 0x7f], F16: [0xff, 0x7b] }[dtype];
    const negative = [...largest.slice(0, -1), largest.at(-1)! | 0x80];
    expect(isRefused(Uint8Array.from([...largest, ...negative]), dtype)).toBe(false);
  });
});
