/** A model folder on disk. A file that does not match the manifest's checksum is never returned. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorMessage, Rank1Error } from '../../base/errors.ts';
import { MANIFEST_FILE, type ManifestFile } from '../manifest.ts';
import {
  assertChecksum,
  assertLength,
  assertListed,
  type Listing,
  type ModelFolder,
  type WeightFile,
} from '../model-folder.ts';

export class DiskFolder implements ModelFolder {
  readonly address: string;

  constructor(folder: string) {
    this.address = resolve(folder);
  }

  async readText(path: string, listed?: Listing): Promise<string> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await readFile(join(this.address, path));
    } catch (error) {
      throw this.#unreadable(path, error);
    }
    await assertListed(path, bytes, listed);
    return new TextDecoder().decode(bytes);
  }

  async readWeights(
    path: string,
    file: ManifestFile,
    onBytes: (bytes: number) => void,
  ): Promise<WeightFile> {
    const hash = createHash('sha256');
    let bytes: Uint8Array<ArrayBuffer>;
    let numRead = 0;
    try {
      bytes = new Uint8Array(file.bytes);
      for await (const chunk of createReadStream(join(this.address, path), { highWaterMark: CHUNK_BYTES })) {
        const piece = chunk as Uint8Array;
        hash.update(piece);
        if (numRead + piece.length <= bytes.length) bytes.set(piece, numRead);
        numRead += piece.length;
        onBytes(piece.length);
      }
    } catch (error) {
      throw error instanceof RangeError ? tooLarge(path, error) : this.#unreadable(path, error);
    }
    assertLength(path, numRead, file.bytes);
    assertChecksum(path, hash.digest('hex'), file.sha256);
    return { data: bytes, verified: null };
  }

  #unreadable(path: string, cause: unknown): Rank1Error {
    const advice =
      path === MANIFEST_FILE
        ? 'so it is not a model folder. Make one with `rank1-rerank convert`.'
        : 'so the model is incomplete. Convert or download it again.';
    return new Rank1Error(
      'model-not-found',
      `${path} in ${this.address} cannot be read (${errorMessage(cause)}), ${advice}`,
      { cause },
    );
  }
}

const CHUNK_BYTES = 2 ** 20;

function tooLarge(path: string, cause: unknown): Rank1Error {
  return new Rank1Error(
    'out-of-memory',
    `There is no memory for ${path} of the model. Take a smaller model or dtype.`,
    {
      cause,
    },
  );
}
