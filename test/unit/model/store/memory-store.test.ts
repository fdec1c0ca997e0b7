/** Files in memory behave as one array of bytes does, whatever is written where. */
import { expect, test } from 'vitest';
import { MemoryStore } from '../../../../src/model/store/memory-store.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const SIZE = 20 * 2 ** 20;

test('random writes, reads and cuts give what an array gives', async () => {
  const random = new SeededRandom(7);
  const folder = await new MemoryStore().folder('m');
  const file = await folder.open('weights');
  const expected = new Uint8Array(SIZE);
  let size = 0;
  for (let nth = 0; nth < 60; nth++) {
    const at = random.integer(0, SIZE - 1);
    const bytes = new Uint8Array(Math.min(SIZE - at, random.integer(0, 9 * 2 ** 20))).fill(nth + 1);
    if (nth % 7 === 6) {
      file.truncate(at);
      size = Math.min(size, at);
      expected.fill(0, size);
    } else {
      file.write(bytes, at);
      expected.set(bytes, at);
      if (bytes.length > 0) size = Math.max(size, at + bytes.length);
    }
    expect(file.size).toBe(size);
    const from = random.integer(0, SIZE - 1);
    const into = new Uint8Array(2 ** 20);
    const numRead = file.read(into, from);
    expect(numRead).toBe(Math.max(0, Math.min(into.length, size - from)));
    expect(Buffer.compare(into.subarray(0, numRead), expected.subarray(from, from + numRead))).toBe(0);
  }
  const stored = Buffer.from(await (await folder.read('weights'))!.arrayBuffer());
  expect(Buffer.compare(stored, expected.subarray(0, size))).toBe(0);
});
