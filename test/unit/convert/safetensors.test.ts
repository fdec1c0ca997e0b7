import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/convert/checkpoint.ts';
import { readSafetensors } from '../../../src/convert/safetensors.ts';
import { MemoryCheckpoint } from './support/memory-folder.ts';
import { fileOf, rawFile } from './support/safetensors-file.ts';

const f32 = (start: unknown, end: unknown, ...shape: unknown[]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [start, end],
});

async function read(file: Uint8Array<ArrayBuffer>) {
  return readSafetensors((await MemoryCheckpoint.of({ 'a.safetensors': file }).open('a.safetensors'))!);
}

describe('readSafetensors', () => {
  it('lists tensors with absolute byte ranges, whatever their order in the header', async () => {
    const file = fileOf(
      { b: f32(8, 24, 2, 2), a: f32(0, 8, 2), empty: f32(24, 24, 0, 5), __metadata__: { x: 'y' } },
      24,
    );
    const tensors = await read(file);
    const dataStart = file.length - 24;
    expect(tensors.map(({ name, start, end }) => [name, start - dataStart, end - dataStart])).toEqual([
      ['b', 8, 24],
      ['a', 0, 8],
      ['empty', 24, 24],
    ]);
  });

  it('takes a tensor called __proto__ as any other name', async () => {
    const [tensor] = await read(rawFile('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4));
    expect(tensor?.name).toBe('__proto__');
  });

  it.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
    ['an empty file', new Uint8Array(0), /shorter than a header/],
    ['a header length of 2^63', rawFile('{}', 0, 2n ** 63n), /claims a header/],
    ["a header length just beyond the format's limit", rawFile('{}', 0, 100_000_001n), /claims a header/],
    ['a header longer than the file', rawFile('{}', 0, 1000n), /ends inside its header/],
    ['a header that is not JSON', rawFile('{"a":', 0), /not JSON/],
    ['a header that is not UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), /not JSON/],
    ['a header that is a list', rawFile('[]', 4), /not a JSON object/],
    ['a tensor that is null', fileOf({ a: null }, 0), /no description/],
    ['an unknown dtype', fileOf({ a: { ...f32(0, 4, 1), dtype: 'Q3' } }, 4), /not supported/],
    [
      'a dtype named like an object method',
      fileOf({ a: { ...f32(0, 4, 1), dtype: 'toString' } }, 4),
      /not supported/,
    ],
    ['a shape that is no list', fileOf({ a: { ...f32(0, 4), shape: 1 } }, 4), /invalid shape/],
    ['a negative dimension', fileOf({ a: f32(0, 4, -1) }, 4), /invalid shape/],
    ['a fractional dimension', fileOf({ a: f32(0, 4, 0.5) }, 4), /invalid shape/],
    ['a dimension as text', fileOf({ a: f32(0, 4, '1') }, 4), /invalid shape/],
    ['a hundred dimensions', fileOf({ a: f32(0, 4, ...new Array<number>(100).fill(1)) }, 4), /invalid shape/],
    ['a product that overflows', fileOf({ a: f32(0, 4, 2 ** 40, 2 ** 40) }, 4), /its shape needs/],
    ['more bytes than the shape', fileOf({ a: f32(0, 8, 1) }, 8), /its shape needs 4/],
    ['end before start', fileOf({ a: f32(8, 4, 1) }, 8), /its shape needs/],
    ['negative offsets', fileOf({ a: f32(-4, 0, 1) }, 4), /invalid offsets/],
    ['three offsets', fileOf({ a: { ...f32(0, 4, 1), data_offsets: [0, 4, 8] } }, 8), /invalid offsets/],
    ['offsets out of the file', fileOf({ a: f32(4, 8, 1) }, 4), /ends before/],
    ['overlapping tensors', fileOf({ a: f32(0, 8, 2), b: f32(4, 12, 2) }, 12), /overlaps/],
    ['two tensors on the same bytes', fileOf({ a: f32(0, 8, 2), b: f32(0, 8, 2) }, 8), /overlaps/],
    ['a gap', fileOf({ a: f32(0, 4, 1), b: f32(8, 12, 1) }, 12), /gap/],
    ['bytes after the last tensor', fileOf({ a: f32(0, 4, 1) }, 12), /belong to no tensor/],
    ['a truncated file', fileOf({ a: f32(0, 400, 100) }, 399), /ends before/],
  ])('refuses %s', async (_, file, message) => {
    await expect(read(file)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a header with a huge number of tensors without building them', async () => {
    const entries = Array.from({ length: 200_001 }, (_, i) => `"${i}":0`).join();
    await expect(read(rawFile(`{${entries}}`, 0))).rejects.toMatchObject({
      message: expect.stringContaining('200001'),
    });
  });
});

describe('openCheckpoint', () => {
  const shard = fileOf({ a: f32(0, 4, 1) }, 4);
  const index = (weightMap: unknown) => JSON.stringify({ weight_map: weightMap });
  const open = (files: Record<string, Uint8Array<ArrayBuffer> | string>) =>
    openCheckpoint(MemoryCheckpoint.of(files));

  it('gathers the tensors of all shards', async () => {
    const checkpoint = await open({
      'model.safetensors.index.json': index({ a: '1.safetensors', b: '2.safetensors' }),
      '1.safetensors': shard,
      '2.safetensors': fileOf({ b: f32(0, 8, 2) }, 8),
    });
    expect([...checkpoint.keys()]).toEqual(['a', 'b']);
  });

  it('names the missing shard', async () => {
    const files = {
      'model.safetensors.index.json': index({ a: '1.safetensors', b: '2.safetensors' }),
      '1.safetensors': shard,
    };
    await expect(open(files)).rejects.toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('2.safetensors'),
    });
  });

  it.each([
    '../a.safetensors',
    '/etc/a.safetensors',
    'x/a.safetensors',
    'a\\b.safetensors',
    '..',
    '',
    7,
    'a.bin',
    '.safetensors',
  ])('refuses an index that names %s', async (name) => {
    await expect(open({ 'model.safetensors.index.json': index({ a: name }) })).rejects.toMatchObject({
      code: 'invalid-file',
    });
  });

  it.each(['[]', '{}', '{"weight_map":3}', 'null', '{'])('refuses an index that is %s', async (text) => {
    await expect(open({ 'model.safetensors.index.json': text })).rejects.toMatchObject({
      code: 'invalid-file',
    });
  });

  it('refuses an index that places a tensor in a shard without it', async () => {
    const files = { 'model.safetensors.index.json': index({ b: '1.safetensors' }), '1.safetensors': shard };
    await expect(open(files)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('"b"'),
    });
  });

  it('says what it looked for when there are no weights', async () => {
    await expect(open({})).rejects.toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('model.safetensors'),
    });
  });
});
