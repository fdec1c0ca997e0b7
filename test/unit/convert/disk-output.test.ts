/** A model folder on disk is there whole or not at all. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { DiskOutput } from '../../../src/convert/node/disk-output.ts';
import { openFixture } from './support/fixtures.ts';
import { convertOptions } from './support/options.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'rank1-convert-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const convert = async (target: string, overwrite = false, signal?: AbortSignal) =>
  convertModel(
    await openFixture('small/qwen2-untied'),
    await DiskOutput.begin(target, overwrite),
    convertOptions({ shardBytes: 40_000, ...(signal && { signal }) }),
  );

describe('DiskOutput', () => {
  it('writes a folder whose manifest fits its files', async () => {
    const target = path.join(folder, 'model');
    const manifest = await convert(target);
    expect(JSON.parse(await readFile(path.join(target, 'rank1.json'), 'utf8'))).toEqual(manifest);
    for (const [file, { bytes }] of Object.entries(manifest.files)) {
      expect((await stat(path.join(target, file))).size).toBe(bytes);
    }
    expect(manifest.models['q4']!.externalData.length).toBeGreaterThan(1);
    expect(await readdir(folder)).toEqual(['model']);
  });

  it('has nothing under its name until the end, and nothing at all after a failure', async () => {
    const target = path.join(folder, 'model');
    const abort = new AbortController();
    const seen: string[][] = [];
    const conversion = convertModel(
      await openFixture('small/qwen2-untied'),
      await DiskOutput.begin(target, false),
      convertOptions({
        signal: abort.signal,
        onProgress: () => {
          void readdir(folder).then((names) => seen.push(names));
          abort.abort(new Error('stop'));
        },
      }),
    );
    await expect(conversion).rejects.toThrow('stop');
    expect(seen.flat()).not.toContain('model');
    expect(await readdir(folder)).toEqual([]);
  });

  it('removes what a crashed conversion left', async () => {
    await mkdir(path.join(folder, 'model.part/onnx'), { recursive: true });
    await writeFile(path.join(folder, 'model.part/onnx/half'), 'x');
    await convert(path.join(folder, 'model'));
    expect(await readdir(path.join(folder, 'model/onnx'))).not.toContain('half');
    expect(await readdir(folder)).toEqual(['model']);
  });

  it('keeps the model that is there when its replacement fails', async () => {
    const target = path.join(folder, 'model');
    await convert(target);
    await expect(convert(target, true, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(await readdir(target)).toContain('rank1.json');
  });

  it('replaces a model only when asked, and never another folder', async () => {
    const target = path.join(folder, 'model');
    await convert(target);
    await expect(convert(target)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('--overwrite'),
    });
    await convert(target, true);
    const other = path.join(folder, 'other');
    await mkdir(other);
    await writeFile(path.join(other, 'thesis.txt'), 'keep');
    await expect(convert(other, true)).rejects.toMatchObject({ code: 'storage' });
    expect(await readdir(other)).toEqual(['thesis.txt']);
  });

  it('reports a place it cannot write to', async () => {
    await writeFile(path.join(folder, 'file'), '');
    await expect(convert(path.join(folder, 'file/model'))).rejects.toMatchObject({ code: 'storage' });
  });
});
