/** As much of the File System API as a model needs, in memory, with a quota. */
export class FakeDirectory {
  readonly files = new Map<string, Uint8Array>();
  readonly folders = new Map<string, FakeDirectory>();
  private readonly quota: { left: number };

  constructor(quota: number | { left: number } = Infinity) {
    this.quota = typeof quota === 'number' ? { left: quota } : quota;
  }

  asHandle(): FileSystemDirectoryHandle {
    return this as unknown as FileSystemDirectoryHandle;
  }

  folder(name: string): FakeDirectory {
    const folder = this.folders.get(name) ?? new FakeDirectory(this.quota);
    this.folders.set(name, folder);
    return folder;
  }

  getDirectoryHandle(name: string): Promise<FakeDirectory> {
    return Promise.resolve(this.folder(name));
  }

  removeEntry(name: string): Promise<void> {
    const removed = this.folders.delete(name) || this.files.delete(name);
    return removed ? Promise.resolve() : Promise.reject(new DOMException('missing', 'NotFoundError'));
  }

  getFileHandle(name: string): Promise<{ createWritable: () => Promise<unknown> }> {
    const chunks: Uint8Array[] = [];
    const write = (bytes: Uint8Array): Promise<void> => {
      this.quota.left -= bytes.length;
      if (this.quota.left < 0) return Promise.reject(new DOMException('full', 'QuotaExceededError'));
      chunks.push(bytes.slice());
      return Promise.resolve();
    };
    const close = (): Promise<void> => {
      this.files.set(name, new Uint8Array(Buffer.concat(chunks)));
      return Promise.resolve();
    };
    return Promise.resolve({
      createWritable: () => Promise.resolve({ write, close, abort: () => Promise.resolve() }),
    });
  }

  /** Every file below `name`, by path. */
  allFiles(name: string): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    const visit = (folder: FakeDirectory, prefix: string): void => {
      for (const [file, bytes] of folder.files) found.set(prefix + file, bytes);
      for (const [child, inner] of folder.folders) visit(inner, `${prefix}${child}/`);
    };
    visit(this.folder(name), '');
    return found;
  }
}
