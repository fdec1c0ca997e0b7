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

test('a file that is open can be read, and is written on', async () => {
  const folder = await new MemoryStore().folder('m');
  const file = await folder.open('journal');
  const text = async () => (await folder.read('journal'))?.text();
  file.write(Buffer.from('one'), 0);
  expect(await text()).toBe('one');
  file.write(Buffer.from(' two'), 3);
  expect(await text()).toBe('one two');
  file.close();
  expect(await text()).toBe('one two');
  const again = await folder.open('journal');
  expect(again.size).toBe(7);
  again.truncate(3);
  again.close();
  expect(await text()).toBe('one');
});

test('a file that was removed or replaced while it was open does not come back', async () => {
  const folder = await new MemoryStore().folder('m');
  for (const path of ['removed', 'replaced']) {
    const file = await folder.open(path);
    file.write(Buffer.from('old'), 0);
    if (path === 'removed') await folder.remove(path);
    else await folder.replace(path, 'new');
    file.close();
  }
  expect(await folder.read('removed')).toBeNull();
  expect(await (await folder.read('replaced'))?.text()).toBe('new');
});
