import { describe, expect, it } from 'vitest';
import { quantizeBlocks, type Grid } from '../../../src/convert/block-quantizer.ts';
import { ErrorSum } from '../../../src/convert/tensor-error.ts';

const GRID: Grid = { bits: 4, blockSize: 32, method: 'symmetric', scaleType: 'float32' };
const block = (...values: number[]) => Float32Array.from({ length: 32 }, (_, i) => values[i] ?? 0);

/** Bell-shaped numbers with a few outliers, the same every time. */
function weights(count: number): Float32Array {
  let state = 12345;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  return Float32Array.from(
    { length: count },
    () => next() + next() + next() - 1.5 + (next() > 0.98 ? 1.5 : 0),
  );
}

function relativeError(values: Float32Array, grid: Grid): number {
  const sum = new ErrorSum();
  sum.add(values, quantizeBlocks(values, grid), grid.blockSize, grid.bits);
  return sum.relative();
}

describe('the symmetric grid', () => {
  it('puts the largest weight, with its sign, on code 0', () => {
    const { codes, scales } = quantizeBlocks(block(2, -4, 1), GRID);
    expect([...scales]).toEqual([0.5]);
    expect([codes[0]! & 15, codes[0]! >> 4, codes[1]! & 15]).toEqual([12, 0, 10]);
    expect(quantizeBlocks(block(4, -2), GRID).scales[0]).toBe(-0.5);
  });

  it('rounds halves to even and clips at the far end', () => {
    const { codes } = quantizeBlocks(block(-8, 0.5, 1.5, 2.5, -0.5, 7.9), GRID);
    const unpacked = [...codes].flatMap((byte) => [byte & 15, byte >> 4]).slice(0, 6);
    expect(unpacked).toEqual([0, 8, 10, 10, 8, 15]);
  });

  it('keeps a block of zeros, and a block with one huge weight, exact where it can be', () => {
    const zeros = quantizeBlocks(block(), GRID);
    expect(zeros.scales[0] === 0 && zeros.codes.every((byte) => byte === 0x88)).toBe(true);
    expect(relativeError(block(1e30), GRID)).toBe(0);
  });

  it('takes the first of equal magnitudes', () => {
    expect(quantizeBlocks(block(-3, 3), GRID).scales[0]).toBeGreaterThan(0);
    expect(quantizeBlocks(block(3, -3), GRID).scales[0]).toBeLessThan(0);
  });

  it('has 8-bit codes in bytes around 128', () => {
    const { codes, scales } = quantizeBlocks(block(-128, 1, -1, 127), { ...GRID, bits: 8 });
    expect([scales[0], ...codes.subarray(0, 5)]).toEqual([1, 0, 129, 127, 255, 128]);
  });

  it('chooses codes for the scale as fp16 stores it', () => {
    const values = weights(3200);
    const half = quantizeBlocks(values, { ...GRID, scaleType: 'float16' });
    const scales = half.scales;
    expect(scales.every((scale) => Math.abs(scale * 2 ** 24) % 1 === 0)).toBe(true);
    const sum = new ErrorSum();
    sum.add(values, half, 32, 4);
    expect(sum.relative() / relativeError(values, GRID)).toBeLessThan(1.001);
  });
});

describe.each([
  { ...GRID },
  { ...GRID, method: 'asymmetric' },
  { ...GRID, bits: 8 },
  { ...GRID, scaleType: 'float16' },
] satisfies Grid[])('codes of $bits bits, $method, scales in $scaleType', (grid) => {
  it('are those of a division in fp32, rounded half to even, also within a few last bits of a tie', () => {
    const values = weights(32 * 2000);
    const { scales } = quantizeBlocks(values, grid);
    const words = new Int32Array(values.buffer);
    // The first twenty of a block go on deciding its scale; the others come to half a step, or a few last bits beside it.
    for (let i = 0; i < values.length; i++) {
      const scale = scales[Math.floor(i / 32)]!;
      if (i % 32 < 20 || scale === 0) continue;
      values[i] = (Math.round(values[i]! / scale) + 0.5) * scale;
      words[i]! += (i % 7) - 3;
    }
    const { codes, scales: used, zeroPoints } = quantizeBlocks(values, grid);
    const middle = 2 ** (grid.bits - 1);
    const expected = Array.from(values, (value, i) => {
      const block = Math.floor(i / 32);
      const quotient = Math.fround(value / used[block]!);
      const floor = Math.floor(quotient);
      const rest = quotient - floor;
      const nearest = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
      return Math.min(2 * middle - 1, Math.max(0, nearest + (zeroPoints?.[block] ?? middle)));
    });
    const found = grid.bits === 8 ? [...codes] : [...codes].flatMap((byte) => [byte & 15, byte >> 4]);
    expect(found).toEqual(expected);
  });
});

describe('the other grids', () => {
  it('asymmetric keeps minimum, maximum and zero', () => {
    const { codes, scales, zeroPoints } = quantizeBlocks(block(-1, 14), { ...GRID, method: 'asymmetric' });
    expect([scales[0], zeroPoints![0], codes[0]]).toEqual([1, 1, 0xf0]);
    expect(codes[1]).toBe(0x11);
  });

  it('search lowers the squared error by a tenth at the same size, and never raises it in any block', () => {
    const values = weights(32 * 500);
    const plain = quantizeBlocks(values, GRID);
    const searched = quantizeBlocks(values, { ...GRID, method: 'search' });
    expect(searched.zeroPoints).toBeNull();
    expect(searched.codes.length).toBe(plain.codes.length);
    expect(relativeError(values, { ...GRID, method: 'search' }) ** 2).toBeLessThan(
      0.9 * relativeError(values, GRID) ** 2,
    );
    for (let at = 0; at < values.length; at += 32) {
      const one = values.subarray(at, at + 32);
      expect(relativeError(one, { ...GRID, method: 'search' })).toBeLessThanOrEqual(relativeError(one, GRID));
    }
  });
});
