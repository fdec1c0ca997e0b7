/** Archives made by hand to cost more than they say. */
import { strToU8, zipSync, type Zippable } from 'fflate';
import { describe, expect, test } from 'vitest';
import { UnpackBudget } from '../../../../src/app/import/import-limits.ts';
import { UnreadableFile } from '../../../../src/app/import/import-notes.ts';
import { listEntries, unpackEntries, type UnpackedEntry } from '../../../../src/app/import/unpack-zip.ts';

const CENTRAL_HEADER = 0x02014b50;
const EMPTY_ZIP64_BYTES = 98;

async function unpack(bytes: Uint8Array, budget = new UnpackBudget()): Promise<UnpackedEntry[]> {
  const unpacked: UnpackedEntry[] = [];
  for await (const entry of unpackEntries(bytes, listEntries(bytes), budget)) unpacked.push(entry);
  return unpacked.sort((a, b) => a.entry.index - b.entry.index);
}

/** All files under the name of the first, which must have names of one length. */
function zipOfOneName(files: Zippable): Uint8Array {
  const bytes = zipSync(files);
  const [name = '', ...others] = Object.keys(files);
  return others.reduce<Uint8Array>((renamed, other) => rename(renamed, other, strToU8(name)), bytes);
}

/** @param to as long as `from` */
function rename(bytes: Uint8Array, from: string, to: Uint8Array): Uint8Array {
  const find = (start: number) => Buffer.from(bytes).indexOf(from, start);
  for (let at = find(0); at >= 0; at = find(at + 1)) bytes.set(to, at);
  return bytes;
}

function changeDirectory(bytes: Uint8Array, change: (header: DataView) => void): Uint8Array {
  for (let at = 0; at + 46 <= bytes.length; at++) {
    const header = new DataView(bytes.buffer, bytes.byteOffset + at);
    if (header.getUint32(0, true) === CENTRAL_HEADER) change(header);
  }
  return bytes;
}

describe('two entries of one name', () => {
  test('give the first alone, and the second is named', async () => {
    const entries = await unpack(zipOfOneName({ 'a.txt': strToU8('first'), 'b.txt': strToU8('second') }));
    expect(entries.map(({ content }) => content && Buffer.from(content).toString())).toEqual(['first', null]);
    expect(entries[1]?.problem?.code).toBe('duplicate-entry');
  });

  test('never hand on a bomb as the content of the small one', async () => {
    const bomb: [Uint8Array, { level: 9 }] = [new Uint8Array(32 * 2 ** 20), { level: 9 }];
    const budget = new UnpackBudget();
    const entries = await unpack(zipOfOneName({ 'a.txt': strToU8('1'), 'b.txt': bomb }), budget);
    expect(entries.map(({ content }) => content?.length)).toEqual([1, undefined]);
    expect(budget.numBytes).toBe(1);
  });
});

test('a ZIP64 that claims four thousand million entries in 98 bytes is damaged', () => {
  const bytes = new Uint8Array(EMPTY_ZIP64_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x06064b50, true); // the ZIP64 end of the directory
  view.setUint32(32, 4e9, true); // entries
  view.setUint32(56, 0x07064b50, true); // the locator, whose offset 0 is right
  view.setUint32(76, 0x06054b50, true); // the end of the directory
  view.setUint16(84, 0xffff, true);
  expect(() => listEntries(bytes)).toThrow(UnreadableFile);
});

test('a stored entry counts what it is, whatever it says it unpacks to', async () => {
  const bytes = changeDirectory(
    zipSync({ 'a.txt': [new Uint8Array(1000), { level: 0 }] }),
    (header) => void header.setUint32(24, 1, true),
  );
  const budget = new UnpackBudget();
  const [entry] = await unpack(bytes, budget);
  expect(budget.numBytes).toBe(entry?.content?.length);
});

test('an entry beside a damaged one is unpacked', async () => {
  let numSeen = 0;
  const bytes = changeDirectory(
    zipSync({ 'a.txt': strToU8('one'), 'b.txt': strToU8('two'), 'c.txt': strToU8('three') }),
    (header) => void (numSeen++ === 1 && header.setUint16(10, 99, true)),
  );
  const entries = await unpack(bytes);
  expect(entries.map(({ problem }) => problem?.code)).toEqual([undefined, 'damaged-entry', undefined]);
});

test.each([
  ['UTF-8, as macOS writes it', 'Verträge/冷.txt', strToU8('Verträge/冷.txt')],
  ['an older encoding', 'Vertr\xe4ge.txt', Buffer.from('Vertr\xe4ge.txt', 'latin1')],
])('a name without the flag of UTF-8 is read from %s', async (_, name, written) => {
  const ascii = '~'.repeat(written.length);
  const bytes = rename(zipSync({ [ascii]: strToU8('text') }), ascii, written);
  const [entry] = await unpack(bytes);
  expect([entry?.entry.name, entry?.content]).toEqual([name, strToU8('text')]);
});
