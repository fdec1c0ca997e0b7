/** What a checkpoint declares lies in subfolders, too: every kind of folder opens these, and nothing outside of itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BlobCheckpoint } from '../../../src/convert/browser/blob-checkpoint.ts';
import type { CheckpointFolder } from '../../../src/convert/checkpoint-folder.ts';
import { HttpCheckpoint } from '../../../src/convert/http-checkpoint.ts';
import { DiskCheckpoint } from '../../../src/convert/node/disk-checkpoint.ts';

const ROOT = mkdtempSync(path.join(tmpdir(), 'rank1-checkpoint-'));
afterAll(() => rmSync(ROOT, { recursive: true }));

const FILES = { 'config.json': '{}', '1_LogitScore/config.json': '{"true_token_id": 1}' };
const OUTSIDE = 'secret.json';

async function onDisk(): Promise<CheckpointFolder> {
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(ROOT, 'model', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  writeFileSync(path.join(ROOT, OUTSIDE), 'secret');
  return DiskCheckpoint.open(path.join(ROOT, 'model'));
}

function picked(): CheckpointFolder {
  const files = Object.entries({ ...FILES, [`../${OUTSIDE}`]: 'secret' }).map(([name, text]) =>
    Object.assign(new File([text], path.basename(name)), {
      webkitRelativePath: path.posix.join('picked/model', name),
    }),
  );
  return BlobCheckpoint.fromFiles(files);
}

function served(): CheckpointFolder {
  const answers = new Map(Object.entries({ ...FILES, [`../${OUTSIDE}`]: 'secret' }));
  // fetch resolves `..` in a URL before it is sent.
  const urls = new Map([...answers].map(([name, text]) => [new URL(name, 'http://hub/model/').href, text]));
  return new HttpCheckpoint('http://hub/model', {
    fetch: (url) => {
      const text = urls.get(new URL(url as string).href);
      return Promise.resolve(new Response(text ?? null, { status: text === undefined ? 404 : 200 }));
    },
  });
}

describe.each([
  ['on disk', onDisk],
  ['of picked files', picked],
  ['on a server', served],
])('a checkpoint %s', (_where, open) => {
  test('opens the files of its subfolders', async () => {
    const folder = await open();
    for (const [name, text] of Object.entries(FILES)) {
      const source = await folder.open(name);
      expect(new TextDecoder().decode(await source!.read(0, source!.size)), name).toBe(text);
    }
    await folder.close();
  });

  test.each([`../${OUTSIDE}`, `1_LogitScore/../../${OUTSIDE}`, `..\\${OUTSIDE}`, `/${OUTSIDE}`, '', '.'])(
    'has no file %j',
    async (name) => {
      const folder = await open();
      expect(await folder.open(name)).toBeNull();
      await folder.close();
    },
  );
});
