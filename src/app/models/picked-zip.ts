/** The files of a ZIP archive, unpacked while it is read and handed to the browser piece by piece. */
import { msg, str } from '@lit/localize';
import { Unzip, UnzipInflate, type UnzipFile } from 'fflate';

/** Pieces are kept as Blobs, outside the heap. */
const PIECE_BYTES = 16 * 2 ** 20;
const MAX_FILES = 2000;
/** No model for a browser is larger. */
const MAX_BYTES = 32 * 2 ** 30;
/** Weights hardly compress, a tokenizer about 10:1; beyond this ratio the archive is a bomb. */
const MAX_RATIO = 20;
const RATIO_FREE_BYTES = 32 * 2 ** 20;

/** @throws RangeError, localised, if it is not an archive, is truncated or damaged, or too large for a model */
export async function readZip(archive: File): Promise<Record<string, File>> {
  const files: Record<string, File> = Object.create(null) as Record<string, File>;
  const maxBytes = Math.min(MAX_BYTES, Math.max(RATIO_FREE_BYTES, MAX_RATIO * archive.size));
  const names = new Set<string>();
  let totalBytes = 0;
  const unzip = new Unzip((file: UnzipFile) => {
    if (file.name.endsWith('/')) return;
    if (names.has(file.name))
      throw new RangeError(
        msg(str`${archive.name} holds ${file.name} twice. Pack the model’s folder again.`),
      );
    names.add(file.name);
    if (names.size > MAX_FILES) throw new RangeError(msg('The archive holds too many files to be a model.'));
    let pieces: Blob[] = [];
    let waiting: Uint8Array<ArrayBuffer>[] = [];
    let waitingBytes = 0;
    file.ondata = (error, bytes, isLast) => {
      if (error) throw error;
      totalBytes += bytes.length;
      if (totalBytes > maxBytes) throw new RangeError(msg('The archive holds more than any model has.'));
      waiting.push(bytes.slice());
      waitingBytes += bytes.length;
      if (waitingBytes < PIECE_BYTES && !isLast) return;
      pieces.push(new Blob(waiting));
      waiting = [];
      waitingBytes = 0;
      if (!isLast) return;
      files[file.name] = new File(pieces, file.name, { lastModified: archive.lastModified });
      pieces = [];
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  const push = (bytes: Uint8Array<ArrayBuffer>, isLast: boolean): void => {
    try {
      unzip.push(bytes, isLast);
    } catch (cause) {
      if (cause instanceof RangeError) throw cause;
      const message = msg(str`${archive.name} is damaged. Copy or download the archive again.`);
      throw new RangeError(message, { cause });
    }
  };
  const reader = archive.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    push(value, false);
  }
  if (names.size > 0) push(new Uint8Array(0), true);
  if (names.size === 0)
    throw new RangeError(msg(str`${archive.name} is no ZIP archive, or an empty one. Choose another.`));
  if (names.size > Object.keys(files).length) {
    throw new RangeError(
      msg(str`${archive.name} ends before its files do. Copy or download the archive again.`),
    );
  }
  return files;
}
