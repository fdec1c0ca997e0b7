/** Dropped files as a checkpoint, and models into a page's storage. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BlobCheckpoint } from '../../../src/convert/browser/blob-checkpoint.ts';
import { convertFiles } from '../../../src/convert/browser/convert-files.ts';
import { DirectoryOutput } from '../../../src/convert/browser/directory-output.ts';
import { convertModel } from '../../../src/convert/convert-model.ts';
import type { ConvertOptions } from '../../../src/convert/convert-options.ts';
import { FakeDirectory } from './support/fake-directory.ts';
import { fixturePath, usingFixture } from './support/fixtures.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';

const FIXTURE = fixturePath('small/qwen2-untied');

afterEach(() => vi.unstubAllGlobals());

async function fromDisk(): Promise<MemoryOutput> {
  const output = new MemoryOutput();
  await usingFixture('small/qwen2-untied', (input) => convertModel(input, output, convertOptions()));
  return output;
}

/** @param folder where a picked folder has them; `''`: picked one by one */
function droppedFiles(folder = ''): File[] {
  return readdirSync(FIXTURE).map((name) => {
    const file = new File([readFileSync(path.join(FIXTURE, name))], name);
    return Object.assign(file, { webkitRelativePath: folder && `${folder}/${name}` });
  });
}

describe('BlobCheckpoint', () => {
  const convert = async (files: File[]) => {
    const output = new MemoryOutput();
    await convertModel(BlobCheckpoint.fromFiles(files), output, convertOptions());
    return output.files;
  };

  it('converts dropped files to the bytes that a folder on disk gives', async () => {
    expect(await convert(droppedFiles())).toEqual((await fromDisk()).files);
  });

  it('takes the files of the outermost model folder, not those of folders inside', async () => {
    const inner = droppedFiles('model/original').map((file) =>
      Object.assign(new File(['{}'], file.name), { webkitRelativePath: file.webkitRelativePath }),
    );
    const outer = droppedFiles('model');
    expect(await convert([...inner, ...outer])).toEqual((await fromDisk()).files);
    expect(await convert([...outer, ...inner])).toEqual((await fromDisk()).files);
  });

  it('refuses two files of one name', () => {
    expect(() => BlobCheckpoint.fromFiles([...droppedFiles(), ...droppedFiles()])).toThrow(/two files/);
  });
});

describe('DirectoryOutput', () => {
  const convert = async (root: FakeDirectory, changes: Partial<ConvertOptions> = {}) =>
    convertModel(
      BlobCheckpoint.fromFiles(droppedFiles()),
      await DirectoryOutput.begin(root.asHandle(), 'model'),
      convertOptions(changes),
    );
  const withOldModel = (quota = Infinity, canMove = true): FakeDirectory => {
    const root = new FakeDirectory(quota, canMove);
    root.folder('model').files.set('rank1.json', new TextEncoder().encode('old'));
    root.folder('model').folder('onnx').files.set('leftover', new Uint8Array(1));
    return root;
  };
  const expectOldModel = (root: FakeDirectory): void => {
    expect([...root.folders.keys()]).toEqual(['model']);
    expect([...root.allFiles('model').keys()]).toEqual(['rank1.json', 'onnx/leftover']);
  };

  it.each([true, false])('replaces an older model whole, where files can be moved: %s', async (canMove) => {
    const root = withOldModel(Infinity, canMove);
    await convert(root);
    expect(root.allFiles('model')).toEqual((await fromDisk()).files);
    expect([...root.folders.keys()]).toEqual(['model']);
  });

  it('leaves the older model what it was until the new one is whole', async () => {
    const root = withOldModel();
    let looks = 0;
    await convert(root, {
      onProgress: () => {
        looks += 1;
        expect([...root.allFiles('model').keys()]).toEqual(['rank1.json', 'onnx/leftover']);
        expect([...root.allFiles('model~new').keys()]).not.toContain('rank1.json');
      },
    });
    expect(looks).toBeGreaterThan(5);
  });

  it.each<[string, Partial<ConvertOptions>]>([
    ['is aborted', { signal: AbortSignal.abort(new Error('stop')) }],
    ['is refused before its first weight', { blockSize: 256 }],
  ])('leaves the older model, and nothing else, when the conversion %s', async (_, changes) => {
    const root = withOldModel();
    await expect(convert(root, changes)).rejects.toThrow();
    expectOldModel(root);
  });

  it('says that the storage is full, with the older model still there', async () => {
    const root = withOldModel(30_000);
    await expect(convert(root)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('full'),
    });
    expectOldModel(root);
  });

  it('ends before the first weight where the browser says that there is no room', async () => {
    vi.stubGlobal('navigator', {
      storage: { estimate: () => Promise.resolve({ quota: 3e6, usage: 2.99e6 }) },
    });
    const root = withOldModel();
    await expect(convert(root)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/needs 0 MB .* has 0 MB left/),
    });
    expectOldModel(root);
  });

  it('removes what a conversion that was killed left', async () => {
    const root = new FakeDirectory();
    root.folder('model~new').files.set('half', new Uint8Array(1));
    await convert(root);
    expect([...root.folders.keys()]).toEqual(['model']);
    expect(root.allFiles('model').has('half')).toBe(false);
  });
});

describe('convertFiles', () => {
  it('takes the layout that is asked for, and refuses a name that could not be loaded', async () => {
    const root = new FakeDirectory();
    vi.stubGlobal('navigator', { storage: { getDirectory: () => Promise.resolve(root) } });
    const { signal } = new AbortController();
    const options = { dtype: 'q4', layout: 'transformersjs', withoutTokenizer: true, signal } as const;
    const manifest = await convertFiles(droppedFiles(), 'tiny', { ...options, onProgress: () => undefined });
    expect(manifest.models['q4']).toMatchObject({ layout: 'transformersjs' });
    expect(root.folder('models').allFiles('tiny').has('rank1.json')).toBe(true);
    for (const name of ['Tiny', '../tiny', 'tiny~new', '']) {
      const conversion = convertFiles(droppedFiles(), name, { ...options, onProgress: () => undefined });
      await expect(conversion).rejects.toThrow(TypeError);
    }
  });
});
