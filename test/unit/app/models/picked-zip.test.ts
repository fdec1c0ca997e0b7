/** Archives of models that a person picks, honest and hostile ones. */
import { strToU8, zipSync, type Zippable } from 'fflate';
import { expect, test } from 'vitest';
import { readZip } from '../../../../src/app/models/picked-zip.ts';

const pick = (bytes: Uint8Array) => readZip(new File([bytes as Uint8Array<ArrayBuffer>], 'model.zip'));
const zip = (files: Zippable) => zipSync(files);

test('the files of an archive are those that were packed', async () => {
  const config = JSON.stringify({ layers: Array.from({ length: 1000 }, (_, layer) => layer) });
  const files = await pick(zip({ 'm/config.json': strToU8(config), 'm/empty.txt': new Uint8Array(0) }));
  expect(Object.keys(files)).toEqual(['m/config.json', 'm/empty.txt']);
  expect(await files['m/config.json']?.text()).toBe(config);
});

test('an archive that unpacks to a thousand times its size is refused while it is read', async () => {
  const zeros = new Uint8Array(96 * 2 ** 20);
  await expect(pick(zip({ 'model.safetensors': zeros }))).rejects.toThrow(/than any model/);
});

test('two files of one name are refused', async () => {
  const bytes = zip({ 'a.json': strToU8('first'), 'b.json': strToU8('second') });
  const text = Buffer.from(bytes.buffer);
  for (let at = text.indexOf('b.json'); at >= 0; at = text.indexOf('b.json', at + 1)) bytes[at] = 0x61;
  await expect(pick(bytes)).rejects.toThrow(/a\.json twice/);
});
