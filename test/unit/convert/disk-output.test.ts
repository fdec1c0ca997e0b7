/** A model folder on disk is there whole or not at all. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { DiskOutput, type Disk } from '../../../src/convert/node/disk-output.ts';
import { StagingFolder } from '../../../src/convert/node/staging-folder.ts';
import { usingFixture } from './support/fixtures.ts';
import { convertOptions } from './support/options.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'rank1-convert-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function convert(target: string, overwrite = false, signal?: AbortSignal, disk?: Disk) {
  const output = await DiskOutput.begin(target, overwrite, disk);
  const options = convertOptions({ shardBytes: 40_000, ...(signal && { signal }) });
  return usingFixture('small/qwen2-untied', (input) => convertModel(input, output, options));
}

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
    const output = await DiskOutput.begin(target, false);
    const options = convertOptions({
      signal: abort.signal,
      onProgress: () => {
        void readdir(folder).then((names) => seen.push(names));
        abort.abort(new Error('stop'));
      },
    });
    const conversion = usingFixture('small/qwen2-untied', (input) => convertModel(input, output, options));
    await expect(conversion).rejects.toThrow('stop');
    expect(seen.flat()).not.toContain('model');
    expect(await readdir(folder)).toEqual([]);
  });

  it("leaves the user's folders alone, whatever their names", async () => {
    const names = ['model.old', 'model.part', 'model.convert-mine'];
    for (const name of names) {
      await mkdir(path.join(folder, name));
      await writeFile(path.join(folder, name, 'thesis.txt'), 'keep');
    }
    await convert(path.join(folder, 'model'));
    await convert(path.join(folder, 'model'), true);
    for (const name of names) expect(await readdir(path.join(folder, name))).toEqual(['thesis.txt']);
    expect((await readdir(folder)).sort()).toEqual(['model', ...names].sort());
  });

  it.each([false, true])(
    'refuses a link to nothing before it works, with overwrite=%s',
    async (overwrite) => {
      const target = path.join(folder, 'model');
      await symlink(path.join(folder, 'none'), target, 'junction');
      for (const named of [target, target + path.sep])
        await expect(DiskOutput.begin(named, overwrite)).rejects.toMatchObject({ code: 'storage' });
      expect(await readdir(folder)).toEqual(['model']);
    },
  );

  /** As a conversion to `model` leaves it when its process is killed. */
  async function leaveBehind(pid: number, ...files: string[]): Promise<void> {
    const owner = { target: 'model', host: hostname(), pid };
    const left = path.join(folder, 'model.convert-abc123');
    for (const file of files) {
      await mkdir(path.dirname(path.join(left, file)), { recursive: true });
      await writeFile(path.join(left, file), 'x');
    }
    await writeFile(path.join(left, '.rank1-convert.json'), JSON.stringify(owner));
  }

  it('removes what a killed conversion left, but not what another one is writing', async () => {
    await leaveBehind(await endedProcess(), 'model/onnx/half');
    await convert(path.join(folder, 'model'));
    expect(await readdir(path.join(folder, 'model/onnx'))).not.toContain('half');
    expect(await readdir(folder)).toEqual(['model']);
    await leaveBehind(process.pid, 'model/onnx/half');
    await convert(path.join(folder, 'model'), true);
    expect(await readdir(path.join(folder, 'model.convert-abc123/model/onnx'))).toEqual(['half']);
  });

  it('puts the old model back when a conversion was killed between the two renames', async () => {
    await leaveBehind(await endedProcess(), 'old/rank1.json', 'model/rank1.json');
    await expect(
      convert(path.join(folder, 'model'), false, AbortSignal.abort(new Error('stop'))),
    ).rejects.toThrow();
    expect(await readdir(path.join(folder, 'model'))).toEqual(['rank1.json']);
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

  async function written(target: string, overwrite: boolean): Promise<DiskOutput> {
    const output = await DiskOutput.begin(target, overwrite);
    const sink = await output.create('rank1.json');
    await sink.write(new TextEncoder().encode('{}'));
    await sink.close();
    return output;
  }

  it.each([false, true])(
    'leaves a folder alone that appears while it works (overwrite: %s)',
    async (overwrite) => {
      const target = path.join(folder, 'model');
      const output = await written(target, overwrite);
      await mkdir(target);
      await writeFile(path.join(target, 'thesis.txt'), 'keep');
      await expect(output.commit()).rejects.toMatchObject({
        code: 'storage',
        message: expect.stringMatching(/model exists .*another --out/),
      });
      await output.discard();
      expect(await readdir(target)).toEqual(['thesis.txt']);
      expect(await readdir(folder)).toEqual(['model']);
    },
  );

  it('leaves a folder alone that appears at the last moment', async () => {
    const target = path.join(folder, 'model');
    const staging = await StagingFolder.begin(target);
    await mkdir(target);
    await writeFile(path.join(target, 'thesis.txt'), 'keep');
    await expect(staging.exchange(false)).rejects.toThrow();
    await staging.remove();
    expect(await readdir(target)).toEqual(['thesis.txt']);
  });

  it('keeps the model of the first of two conversions to one place', async () => {
    const target = path.join(folder, 'model');
    const first = await written(target, false);
    const second = await written(target, false);
    await first.commit();
    const { ino } = await stat(target);
    await expect(second.commit()).rejects.toMatchObject({ code: 'storage' });
    await second.discard();
    expect((await stat(target)).ino).toBe(ino);
    expect(await readdir(folder)).toEqual(['model']);
  });

  it('reports a place it cannot write to', async () => {
    await writeFile(path.join(folder, 'file'), '');
    await expect(convert(path.join(folder, 'file/model'))).rejects.toMatchObject({ code: 'storage' });
  });

  const disk = { open, freeBytes: () => Promise.resolve(1e12) };

  it('ends before the first weight where the disk has too little room, and says how much it needs', async () => {
    const opened: string[] = [];
    const small = {
      open: (file: string, flags: string) => {
        opened.push(path.basename(file));
        return open(file, flags);
      },
      freeBytes: () => Promise.resolve(50_000),
    };
    await expect(convert(path.join(folder, 'model'), false, undefined, small)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/needs 0 MB .* has 0 MB free/),
    });
    expect(opened.filter((file) => file.includes('onnx'))).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('says that the disk is full when it is', async () => {
    // The kernel's own full device: every write to it fails with ENOSPC.
    const full = { ...disk, open: (file: string) => open(file.endsWith('_data') ? '/dev/full' : file, 'w') };
    await expect(convert(path.join(folder, 'model'), false, undefined, full)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('The disk is full'),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

/** The id of a process that is no more. */
function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  return new Promise((resolve) => child.on('exit', () => resolve(child.pid!)));
}
