/** As much of the File System API as a model needs, in memory, with a quota. */
export class FakeDirectory {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly folders = new Map<string, FakeDirectory>();
  readonly #quota: { left: number };
  readonly #canMove: boolean;

  /** @param canMove whether file handles have `move` */
  constructor(quota: number | { left: number } = Infinity, canMove = true) {
    this.#quota = typeof quota === 'number' ? { left: quota } : quota;
    this.#canMove = canMove;
  }

  asHandle(): FileSystemDirectoryHandle {
    return this as unknown as FileSystemDirectoryHandle;
  }

  folder(name: string): FakeDirectory {
    const folder = this.folders.get(name) ?? new FakeDirectory(this.#quota, this.#canMove);
    this.folders.set(name, folder);
    return folder;
  }

  getDirectoryHandle(name: string, options: { create?: boolean } = {}): Promise<FakeDirectory> {
    if (!options.create && !this.folders.has(name)) return Promise.reject(missing());
    return Promise.resolve(this.folder(name));
  }

  removeEntry(name: string): Promise<void> {
    const removed = this.folders.delete(name) || this.files.delete(name);
    return removed ? Promise.resolve() : Promise.reject(missing());
  }

  getFileHandle(name: string, options: { create?: boolean } = {}): Promise<unknown> {
    if (!options.create && !this.files.has(name)) return Promise.reject(missing());
    const move = (folder: FakeDirectory, newName: string): Promise<void> => {
      folder.files.set(newName, this.files.get(name)!);
      this.files.delete(name);
      return Promise.resolve();
    };
    return Promise.resolve({
      createWritable: () => Promise.resolve(this.#writable(name)),
      getFile: () => Promise.resolve(new File([this.files.get(name)!], name)),
      ...(this.#canMove && { move }),
    });
  }

  /** Every file below `name`, by path. */
  allFiles(name: string): Map<string, Uint8Array<ArrayBuffer>> {
    const found = new Map<string, Uint8Array<ArrayBuffer>>();
    const visit = (folder: FakeDirectory, prefix: string): void => {
      for (const [file, bytes] of folder.files) found.set(prefix + file, bytes);
      for (const [child, inner] of folder.folders) visit(inner, `${prefix}${child}/`);
    };
    visit(this.folder(name), '');
    return found;
  }

  #writable(name: string): unknown {
    const chunks: Uint8Array[] = [];
    return {
      write: async (content: Uint8Array | Blob): Promise<void> => {
        const bytes = content instanceof Blob ? new Uint8Array(await content.arrayBuffer()) : content.slice();
        this.#quota.left -= bytes.length;
        if (this.#quota.left < 0) throw new DOMException('full', 'QuotaExceededError');
        chunks.push(bytes);
      },
      close: (): Promise<void> => {
        this.files.set(name, new Uint8Array(Buffer.concat(chunks)));
        return Promise.resolve();
      },
      abort: () => Promise.resolve(),
    };
  }
}

const missing = (): DOMException => new DOMException('missing', 'NotFoundError');
