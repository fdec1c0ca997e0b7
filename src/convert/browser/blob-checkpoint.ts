/** A checkpoint folder as a page gets it: files that were picked or dropped. */
import { Rank1Error, errorMessage } from '../../errors.ts';
import type { ByteSource, CheckpointFolder } from '../byte-io.ts';

export class BlobCheckpoint implements CheckpointFolder {
  private constructor(private readonly blobs: ReadonlyMap<string, Blob>) {}

  /** @param files of one folder; of two files of the same name, the last counts */
  static fromFiles(files: Iterable<File>): BlobCheckpoint {
    return new BlobCheckpoint(new Map(Array.from(files, (file) => [file.name, file])));
  }

  open(name: string): Promise<ByteSource | null> {
    const blob = this.blobs.get(name);
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
    // The browser refuses a file that was changed or removed after it was picked.
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
