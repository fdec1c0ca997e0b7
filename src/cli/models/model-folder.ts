/** Reads and verifies a model folder on disk. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage } from '../../base/errors.ts';
import { MANIFEST_FILE, parseManifest, type Manifest } from '../../model/manifest.ts';

/** @throws Rank1Error `model-corrupt`, or the file system's error if there is no manifest */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  return parseManifest(json);
}

export function totalBytes({ files }: Manifest): number {
  return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** One sentence per file that differs from the manifest; empty if all match. */
export async function findFaults(folder: string, { files }: Manifest): Promise<string[]> {
  const faults: string[] = [];
  for (const [path, { bytes, sha256 }] of Object.entries(files)) {
    try {
      const found = await hashFile(join(folder, path));
      if (found.bytes !== bytes) faults.push(`${path} has ${found.bytes} bytes instead of ${bytes}`);
      else if (found.sha256 !== sha256) faults.push(`${path} has another checksum`);
    } catch (error) {
      faults.push(`${path} cannot be read (${errorMessage(error)})`);
    }
  }
  return faults;
}

async function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
