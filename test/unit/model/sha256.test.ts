import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSha256 } from '../../../src/model/sha256.ts';

it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])(
  'agrees with the native hash on %i bytes, in any pieces',
  async (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 131) & 255);
    const expected = createHash('sha256').update(bytes).digest('hex');
    for (const piece of [1, 7, 64, 1000]) {
      const hash = await createSha256();
      for (let at = 0; at < length; at += piece) hash.update(bytes.subarray(at, at + piece));
      expect(hash.digestHex()).toBe(expected);
    }
  },
);
