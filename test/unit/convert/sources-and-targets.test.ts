/** Checkpoints from a hub and from dropped files, and models into a page's storage. */
import { createServer, type Server } from 'node:http';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BlobCheckpoint } from '../../../src/convert/browser/blob-checkpoint.ts';
import { DirectoryOutput } from '../../../src/convert/browser/directory-output.ts';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { HttpCheckpoint } from '../../../src/convert/http-checkpoint.ts';
import { openSource } from '../../../src/convert/node/open-source.ts';
import { openFixture, fixturePath } from './support/fixtures.ts';
import { FakeDirectory } from './support/fake-directory.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';

const FIXTURE = fixturePath('small/qwen2-untied');

async function fromDisk(): Promise<MemoryOutput> {
  const output = new MemoryOutput();
  await convertModel(await openFixture('small/qwen2-untied'), output, convertOptions());
  return output;
}

function droppedFiles(): File[] {
  return readdirSync(FIXTURE).map((name) => new File([readFileSync(path.join(FIXTURE, name))], name));
}

describe('BlobCheckpoint', () => {
  it('converts dropped files to the bytes that a folder on disk gives', async () => {
    const output = new MemoryOutput();
    await convertModel(BlobCheckpoint.fromFiles(droppedFiles()), output, convertOptions());
    expect(output.files).toEqual((await fromDisk()).files);
  });
});

describe('DirectoryOutput', () => {
  const convert = async (root: FakeDirectory, signal = new AbortController().signal) =>
    convertModel(
      BlobCheckpoint.fromFiles(droppedFiles()),
      await DirectoryOutput.begin(root.asHandle(), 'model'),
      convertOptions({ signal }),
    );

  it('stores the same files, and replaces an older model of that name whole', async () => {
    const root = new FakeDirectory();
    const old = root.folder('model');
    old.files.set('leftover', new Uint8Array(1));
    await convert(root);
    expect(root.allFiles('model')).toEqual((await fromDisk()).files);
  });

  it('leaves nothing when the conversion fails', async () => {
    const root = new FakeDirectory();
    await expect(convert(root, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(root.folders.has('model')).toBe(false);
  });

  it('says that the storage is full', async () => {
    const root = new FakeDirectory(30_000);
    await expect(convert(root)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('full'),
    });
    expect(root.folders.has('model')).toBe(false);
  });
});

describe('HttpCheckpoint', () => {
  let server: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

  /** A hub of one repository; `fault` may answer in its place. */
  async function hub(
    fault: (name: string, range: string | undefined) => number | null = () => null,
  ): Promise<string> {
    server = createServer((request, response) => {
      const name = path.basename(request.url ?? '');
      const range = request.headers.range;
      const status = fault(name, range) ?? (readdirSync(FIXTURE).includes(name) ? 200 : 404);
      if (status !== 200) return void response.writeHead(status).end();
      const bytes = readFileSync(path.join(FIXTURE, name));
      const [, start, end] = /bytes=(\d+)-(\d+)/.exec(range ?? '') ?? [];
      if (start === undefined) return void response.writeHead(200, { 'x-repo-commit': 'abc123' }).end(bytes);
      const part = bytes.subarray(Number(start), Number(end) + 1);
      response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` }).end(part);
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address!.port : 0}`;
  }

  const convert = async (url: string) => {
    const output = new MemoryOutput();
    await convertModel(new HttpCheckpoint(url, { retryDelayMs: 1 }), output, convertOptions());
    return output;
  };

  it('converts from ranges to the bytes that a folder on disk gives', async () => {
    expect((await convert(await hub())).files).toEqual((await fromDisk()).files);
  });

  it('tries again when a range fails now and then', async () => {
    let requests = 0;
    const url = await hub((_, range) => (range !== undefined && ++requests % 3 === 0 ? 503 : null));
    expect((await convert(url)).files).toEqual((await fromDisk()).files);
  });

  it.each<[string, Parameters<typeof hub>[0], string]>([
    ['a private repository', () => 401, 'network'],
    ['a repository that does not exist', () => 404, 'model-not-found'],
    ['a server that is down', () => 500, 'network'],
    ['a missing shard', (name) => (name.startsWith('model-00002') ? 404 : null), 'model-not-found'],
  ])('reports %s', async (_, fault, code) => {
    await expect(convert(await hub(fault))).rejects.toMatchObject({ name: 'Rank1Error', code });
  });

  it('records the commit that the hub served', async () => {
    expect(await openSource('owner/name', undefined, await hub())).toMatchObject({
      name: 'owner/name',
      revision: 'abc123',
    });
  });

  it('takes an existing folder for a folder, and a missing one for what it is', async () => {
    expect(await openSource(FIXTURE, undefined, 'http://127.0.0.1:9')).toMatchObject({
      name: 'qwen2-untied',
      revision: null,
    });
    await expect(openSource('./no/such', undefined, 'http://127.0.0.1:9')).rejects.toMatchObject({
      code: 'model-not-found',
    });
  });
});
