/** Models that are not on a server: picked files, and the page's own storage. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Rank1Error } from '../../../src/base/errors.ts';
import { readManifest, readModelFiles, readTokenizerFiles } from '../../../src/model/model-files.ts';
import { BlobFolder } from '../../../src/model/model-folder.ts';
import { DiskFolder } from '../../../src/model/node/disk-folder.ts';
import { importFiles } from '../../../src/model/store/import-files.ts';
import { MemoryStore } from '../../../src/model/store/memory-store.ts';
import { openModelFolder } from '../../../src/model/stored-models.ts';
import type { OrtRuntime } from '../../../src/runtime/ort.ts';
import { createSession } from '../../../src/runtime/session.ts';

const DEMO = new URL('../../../test/fixtures/demo-model/', import.meta.url);
const PATHS = [
  'rank1.json',
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
];
const WEIGHTS = ['onnx/model_q4.onnx', 'onnx/model_q4.onnx_data'];
const demoFiles = (): Record<string, Blob> =>
  Object.fromEntries(
    [...PATHS, ...WEIGHTS].map((path) => [path, new Blob([readFileSync(new URL(path, DEMO))])]),
  );

async function load(files: Record<string, Blob>) {
  const folder = await openModelFolder('picked/', files);
  const read = await readModelFiles(folder, 'q4', () => undefined);
  return { ...read, ...(await readTokenizerFiles(folder)) };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a folder of picked files', () => {
  test('refuses a text file that is too large to be one, unread', async () => {
    const large = new Blob([new Uint8Array(65 * 2 ** 20)]);
    const folder = new BlobFolder('picked/', () => Promise.resolve(large), true);
    const code = await folder.readText('rank1.json').then(
      () => 'read',
      (error: Rank1Error) => error.code,
    );
    expect(code).toBe('model-corrupt');
  });

  test('is read without a request, its weights handed on as they are', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('no request was expected')));
    const files = demoFiles();
    const loaded = await load(files);
    expect(loaded.externalData).toEqual([
      { path: 'model_q4.onnx_data', data: files['onnx/model_q4.onnx_data'] },
    ]);
    expect(createHash('sha256').update(loaded.onnx).digest('hex')).toBe(
      loaded.manifest.files['onnx/model_q4.onnx']?.sha256,
    );
  });

  test.each([
    [
      'a file that is missing',
      (files: Record<string, Blob>) => delete files['onnx/model_q4.onnx_data'],
      'model-not-found',
    ],
    [
      'a file that is cut',
      (files: Record<string, Blob>) => (files['onnx/model_q4.onnx_data'] = new Blob(['x'])),
      'model-corrupt',
    ],
    [
      'a file that is changed',
      (files: Record<string, Blob>) => (files['onnx/model_q4.onnx'] = new Blob([new Uint8Array(18_933)])),
      'model-corrupt',
    ],
    [
      'settings that are changed',
      (files: Record<string, Blob>) => (files['config.json'] = new Blob([files['config.json']!, ' '])),
      'model-corrupt',
    ],
    [
      'a tokenizer that is changed',
      (files: Record<string, Blob>) =>
        (files['tokenizer_config.json'] = new Blob([files['tokenizer_config.json']!, ' '])),
      'model-corrupt',
    ],
    ['no manifest', (files: Record<string, Blob>) => delete files['rank1.json'], 'model-not-found'],
  ])('is refused with %s', async (_name, change, code) => {
    const files = demoFiles();
    change(files);
    await expect(load(files)).rejects.toMatchObject({ code });
  });

  test('whose line ends Git has changed is refused with that reason', async () => {
    const files = demoFiles();
    files['config.json'] = new Blob([(await files['config.json']!.text()).replaceAll('\n', '\r\n')]);
    const refusal = { code: 'model-corrupt', message: expect.stringMatching(/line ends.*-text/) as string };
    await expect(load(files)).rejects.toMatchObject(refusal);
    const { signal } = new AbortController();
    const stored = importFiles(new MemoryStore(), 'demo', files, () => undefined, signal);
    await expect(stored).rejects.toMatchObject(refusal);
  });

  test('has no files but its own', async () => {
    const folder = await openModelFolder('picked/', {});
    await expect(folder.readText('toString')).rejects.toMatchObject({ code: 'model-not-found' });
  });
});

test('a folder on disk gives no text file that its manifest does not know', async () => {
  const folder = new DiskFolder(fileURLToPath(DEMO));
  const { files } = await readManifest(folder);
  const path = 'tokenizer_config.json';
  const listed = files[path]!;
  expect(await folder.readText(path, listed)).toBe(await folder.readText(path));
  const other = { ...listed, sha256: '0'.repeat(64) };
  await expect(folder.readText(path, other)).rejects.toMatchObject({ code: 'model-corrupt' });
  const longer = { ...listed, bytes: listed.bytes + 1 };
  await expect(folder.readText(path, longer)).rejects.toMatchObject({ code: 'model-corrupt' });
});

test("Git leaves the bytes of a model's files as they are, whatever line ends the system has", () => {
  const folders = ['model/', 'test/fixtures/'];
  const read = execFileSync('git', ['check-attr', 'text', ...folders.map((folder) => `${folder}config.json`)], {
    cwd: fileURLToPath(new URL('../../../', import.meta.url)),
    encoding: 'utf8',
  });
  expect(read).toBe(folders.map((folder) => `${folder}config.json: text: unset\n`).join(''));
});

describe('a stored model', () => {
  test.each(['..', '', 'a/b', '.hidden', 'UPPER', 'a'.repeat(200)])(
    'is not looked for under the name %j',
    async (name) => {
      vi.stubGlobal('navigator', { storage: { getDirectory: () => Promise.reject(new Error('not asked')) } });
      await expect(openModelFolder(`opfs:${name}/`)).rejects.toMatchObject({ code: 'model-not-found' });
    },
  );

  test('that is not there is said to be missing; storage that is refused, to be refused', async () => {
    const missing = () => Promise.reject(new DOMException('gone', 'NotFoundError'));
    vi.stubGlobal('navigator', { storage: { getDirectory: missing } });
    await expect(openModelFolder('opfs:rank1/')).rejects.toMatchObject({ code: 'model-not-found' });
    const refused = () => Promise.reject(new DOMException('private', 'SecurityError'));
    vi.stubGlobal('navigator', { storage: { getDirectory: refused } });
    await expect(openModelFolder('opfs:rank1/')).rejects.toMatchObject({ code: 'storage' });
  });
});

/** Opened while it was there, and deleted since: a Blob whose bytes browsers refuse. */
function vanished(of: Blob): Blob {
  const gone = () => Promise.reject(new DOMException('could not be found', 'NotFoundError'));
  const blob = Object.assign(new Blob([of]), { arrayBuffer: gone, text: gone });
  return Object.assign(blob, { slice: () => blob });
}

describe('a file that vanishes once it was opened', () => {
  test.each([...PATHS, ...WEIGHTS])('ends the load with what to do: %s', async (path) => {
    const files = demoFiles();
    files[path] = vanished(files[path]!);
    await expect(load(files)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/can no longer be read.*download the model again/) as string,
    });
  });

  test('ends the load of a stored model, whose files are not read before they are used, just so', async () => {
    const files = demoFiles();
    files['onnx/model_q4.onnx'] = vanished(files['onnx/model_q4.onnx']!);
    const stored = new BlobFolder('there', (path) => Promise.resolve(files[path] ?? null), false);
    await expect(readModelFiles(stored, 'q4', () => undefined)).rejects.toMatchObject({ code: 'storage' });
  });

  test('is told of where the weights vanish under the runtime, which cannot say so', async () => {
    const create = () => Promise.reject(new Error('Failed to load external data'));
    const runtime = {
      ort: { InferenceSession: { create } },
      exclusive: <T>(task: () => Promise<T>) => task(),
    } as unknown as OrtRuntime;
    const withData = (data: Blob) =>
      createSession(runtime, { onnx: new Uint8Array(), externalData: [{ path: 'w', data }] }, null);
    const whole = new Blob(['weights']);
    await expect(withData(vanished(whole))).rejects.toMatchObject({ code: 'storage' });
    await expect(withData(whole)).rejects.toMatchObject({ code: 'model-corrupt' });
  });

  test('is a storage error too where it cannot be opened any more', async () => {
    const folder = new BlobFolder(
      'there',
      () => Promise.reject(new DOMException('', 'InvalidStateError')),
      false,
    );
    await expect(folder.readText('config.json')).rejects.toMatchObject({ code: 'storage' });
  });
});
