/** A checkpoint folder from files picked or dropped on a page. */
import { Rank1Error, errorMessage } from '../../base/errors.ts';
import type { ByteSource } from '../byte-io.ts';
import type { CheckpointFolder } from '../checkpoint-folder.ts';

/** `input` of `convertModel` in a page; reads the files in slices. */
export class BlobCheckpoint implements CheckpointFolder {
  readonly #blobs: ReadonlyMap<string, Blob>;

  private constructor(blobs: ReadonlyMap<string, Blob>) {
    this.#blobs = blobs;
  }

  /**
   * @param files of a folder; of several folders, the outermost one with a config.json is used
   * @throws Rank1Error `invalid-file` if two files have the same name, which is ambiguous
   */
  static fromFiles(files: Iterable<File>): BlobCheckpoint {
    const folder = checkpointFolder(Array.from(files));
    const blobs = new Map<string, Blob>();
    for (const file of folder) {
      if (blobs.has(file.name)) {
        throw new Rank1Error(
          'invalid-file',
          `There are two files ${file.name}. Choose one checkpoint folder.`,
        );
      }
      blobs.set(file.name, file);
    }
    return new BlobCheckpoint(blobs);
  }

  get names(): readonly string[] {
    return [...this.#blobs.keys()];
  }

  open(name: string): Promise<ByteSource | null> {
    const blob = this.#blobs.get(name);
    if (!blob) return Promise.resolve(null);
    return Promise.resolve({
      name,
      size: blob.size,
      read: (start, end) => readSlice(blob, name, start, end),
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Empty for files picked one by one, which thus count as one folder. */
const folderOf = (file: File): string => file.webkitRelativePath?.split('/').slice(0, -1).join('/') ?? '';
const depth = (folder: string): number => folder.split('/').length;

function checkpointFolder(files: readonly File[]): File[] {
  const folders = files.filter((file) => file.name === 'config.json').map(folderOf);
  const [outermost] = folders.sort((a, b) => depth(a) - depth(b));
  return outermost === undefined ? [...files] : files.filter((file) => folderOf(file) === outermost);
}

async function readSlice(
  blob: Blob,
  name: string,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await blob.slice(start, end).arrayBuffer());
  } catch (cause) {
    // Browsers refuse to read a file that was changed or removed after it was picked.
    throw new Rank1Error(
      'invalid-file',
      `${name} can no longer be read (${errorMessage(cause)}). Choose the folder again.`,
      {
        cause,
      },
    );
  }
  if (bytes.length !== end - start) {
    throw new Rank1Error('invalid-file', `${name} ends before its tensors do. Download it again.`);
  }
  return bytes;
}
