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
    const blobs = new Map<string, Blob>();
    for (const [name, file] of checkpointFiles(Array.from(files))) {
      if (blobs.has(name)) {
        throw new Rank1Error('invalid-file', `There are two files ${name}. Choose one checkpoint folder.`);
      }
      blobs.set(name, file);
    }
    return new BlobCheckpoint(blobs);
  }

  /** of the folder itself, without those in folders inside */
  get names(): readonly string[] {
    return [...this.#blobs.keys()].filter((name) => !name.includes('/'));
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

/** By their names within the checkpoint's folder. */
function checkpointFiles(files: readonly File[]): [name: string, file: File][] {
  const folders = files.filter((file) => file.name === 'config.json').map(folderOf);
  const [outermost] = folders.sort((a, b) => depth(a) - depth(b));
  if (outermost === undefined) return files.map((file) => [file.name, file]);
  return files.flatMap((file) => {
    const folder = `${folderOf(file)}/`;
    const isInside = folder.startsWith(`${outermost}/`);
    return isInside ? [[`${folder.slice(outermost.length + 1)}${file.name}`, file]] : [];
  });
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
