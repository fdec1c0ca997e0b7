/**
 * Source of a model's files as seen by the loader: a server, a disk, the page's storage, or files picked by the user.
 * Paths come from the manifest, whose parser rejects any outside the folder.
 */
import { Rank1Error, errorMessage } from '../base/errors.ts';
import type { ManifestFile } from './manifest.ts';
import { createSha256, sha256Hex } from './sha256.ts';

/** The largest text files are tokenizers, about 20 MB. */
export const MAX_TEXT_BYTES = 64 * 2 ** 20;

/** What the manifest says of a file, if it lists it; a promise lets the file be read beside the manifest. */
export type Listing = ManifestFile | undefined | Promise<ManifestFile | undefined>;

export interface ModelFolder {
  /** Location of the folder, for messages. */
  readonly address: string;
  /**
   * Reads a small file whole.
   * @param listed with it, the file is what the manifest says, or was when it was stored
   * @throws Rank1Error `model-not-found`, `model-corrupt`, `network`, `storage`
   */
  readText(path: string, listed?: Listing): Promise<string>;
  /**
   * A weight file of the manifest's length.
   * @param onBytes called with the size of each chunk read
   * @throws Rank1Error `model-not-found`, `model-corrupt`, `network`, `out-of-memory`
   */
  readWeights(
    path: string,
    file: ManifestFile,
    onBytes: (bytes: number) => void,
  ): Promise<WeightFile>;
}

export interface WeightFile {
  /** The runtime reads a Blob in chunks if its build supports that. */
  readonly data: Uint8Array<ArrayBuffer> | Blob;
  /**
   * Rejects with `model-corrupt` if the SHA-256 is not the manifest's. What is read may be prepared meanwhile, but not used.
   * Null if it was checked: now, or when it was stored.
   */
  readonly verified: Promise<void> | null;
}

/** Files as Blobs, from the page's storage or picked by the user. Nothing is copied. */
export class BlobFolder implements ModelFolder {
  readonly address: string;
  readonly #open: (path: string) => Promise<Blob | null>;
  readonly #verify: boolean;

  /**
   * @param open returns `null` if there is no such file
   * @param verify false if every file was checked when it was written
   */
  constructor(address: string, open: (path: string) => Promise<Blob | null>, verify: boolean) {
    this.address = address;
    this.#open = open;
    this.#verify = verify;
  }

  async readText(path: string, listed?: Listing): Promise<string> {
    const blob = await this.#find(path);
    if (blob.size > MAX_TEXT_BYTES) throw tooLong(path, MAX_TEXT_BYTES);
    const bytes = await readBlob(path, blob);
    if (this.#verify) await assertListed(path, bytes, listed);
    return new TextDecoder().decode(bytes);
  }

  async readWeights(path: string, file: ManifestFile, onBytes: (bytes: number) => void): Promise<WeightFile> {
    const blob = await this.#find(path);
    assertLength(path, blob.size, file.bytes);
    if (this.#verify) await verifyBlob(path, blob, file.sha256, onBytes);
    else onBytes(file.bytes);
    return { data: blob, verified: null };
  }

  async #find(path: string): Promise<Blob> {
    const blob = await this.#open(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (blob) return blob;
    throw new Rank1Error(
      'model-not-found',
      `There is no ${path} in ${this.address}. The browser may have cleared its storage, or the folder is not a whole model: download or choose it again.`,
    );
  }
}

/** A file may be deleted between opening and reading. @throws Rank1Error `storage` */
export async function readBlob(path: string, blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Error for a text file longer than any model has. */
export function tooLong(path: string, maxBytes: number): Rank1Error {
  return new Rank1Error(
    'model-corrupt',
    `${path} of the model is longer than ${maxBytes / 2 ** 20} MiB, which no such file is. Check which folder the model's files are in.`,
  );
}

/** @throws Rank1Error `model-corrupt` */
export function assertLength(path: string, actual: number, expected: number): void {
  if (actual === expected) return;
  throw new Rank1Error(
    'model-corrupt',
    `${path} of the model has ${actual} bytes, not ${expected} as its manifest says: it is truncated or was changed. Download the model again.`,
  );
}

/** @throws Rank1Error `model-corrupt` */
export function assertChecksum(path: string, actual: string, expected: string): void {
  if (actual === expected) return;
  throw new Rank1Error(
    'model-corrupt',
    `${path} of the model does not match the checksum in its manifest: it was damaged or changed. Download the model again.`,
  );
}

/** Nothing is asserted of a file that is not listed. @throws Rank1Error `model-corrupt` */
export async function assertListed(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  listed: Listing,
): Promise<void> {
  const file = await listed;
  if (!file) return;
  if (bytes.length > file.bytes) await assertLineEnds(path, bytes, file);
  assertLength(path, bytes.length, file.bytes);
  assertChecksum(path, await sha256Hex(bytes), file.sha256);
}

/** @throws Rank1Error `model-corrupt` for the listed text with CRLF line ends */
async function assertLineEnds(path: string, bytes: Uint8Array<ArrayBuffer>, file: ManifestFile): Promise<void> {
  const listed = bytes.filter((byte, at) => byte !== 13 || bytes[at + 1] !== 10);
  if (listed.length !== file.bytes || (await sha256Hex(listed)) !== file.sha256) return;
  throw new Rank1Error(
    'model-corrupt',
    `${path} of the model has other line ends (CRLF), as Git gives text files on Windows. Put "* -text" into a file .gitattributes in the model's folder, delete ${path} and check it out again, or download the model.`,
  );
}

/** Bytes held in memory while hashing a file. */
const SLICE_BYTES = 8 * 2 ** 20;

async function verifyBlob(
  path: string,
  blob: Blob,
  expected: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const hash = await createSha256();
  for (let at = 0; at < blob.size; at += SLICE_BYTES) {
    const bytes = await readBlob(path, blob.slice(at, at + SLICE_BYTES));
    hash.update(bytes);
    onBytes(bytes.length);
  }
  assertChecksum(path, hash.digestHex(), expected);
}

/** Browsers refuse to read a file that changed after it was picked. */
function unreadable(path: string, error: unknown): Rank1Error {
  return new Rank1Error(
    'storage',
    `${path} can no longer be read (${errorMessage(error)}). Choose the folder again, or download the model again.`,
    { cause: error },
  );
}
