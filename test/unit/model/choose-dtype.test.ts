import { expect, test } from 'vitest';
import { chooseDtype } from '../../../src/model/choose-dtype.ts';

test.each([
  [['fp32', 'q4', 'q4f16'], true, 'q4f16'],
  [['fp32', 'q4', 'q4f16'], false, 'q4'],
  [['fp16', 'fp32'], true, 'fp16'],
  [['fp16', 'fp32'], false, 'fp32'],
  [['q8', 'fp16'], false, 'q8'],
  [['q4f16'], false, 'q4f16'],
  [['q3', 'q2'], true, 'q3'],
  [[], true, undefined],
])('of %j, with 16-bit floats %s, %s is taken', (offered, float16, dtype) => {
  expect(chooseDtype(offered, float16)).toBe(dtype);
});
