/** Writes the model's files and records each one's size and SHA-256 for the manifest. */
import type { ByteSink, OutputFolder } from './byte-io.ts';
import type { ConvertOptions } from './convert-options.ts';

export interface FileRecord {
  /** relative to the model folder, with `/` */
  readonly path: string;
  readonly bytes: number;
  /** 64 hexadecimal digits */
  readonly sha256: string;
}

export class RecordedOutput {
  readonly files: FileRecord[] = [];

  readonly #folder: OutputFolder;
  readonly #createHash: ConvertOptions['createHash'];

  constructor(folder: OutputFolder, createHash: ConvertOptions['createHash']) {
    this.#folder = folder;
    this.#createHash = createHash;
  }

  /** @throws Rank1Error `storage` if the available space is known to be too small */
  async reserve(bytes: number): Promise<void> {
    await this.#folder.reserve?.(bytes);
  }

  async create(path: string): Promise<ByteSink> {
    const hash = await this.#createHash();
    const sink = await this.#folder.create(path);
    let bytes = 0;
    return {
      write: async (chunk) => {
        hash.update(chunk);
        bytes += chunk.byteLength;
        await sink.write(chunk);
      },
      close: async () => {
        await sink.close();
        this.files.push({ path, bytes, sha256: hash.digestHex() });
      },
    };
  }

  async writeWhole(path: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const sink = await this.create(path);
    await sink.write(typeof content === 'string' ? new TextEncoder().encode(content) : content);
    await sink.close();
  }
}
