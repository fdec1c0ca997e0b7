/**
 * Iterates over dropped or picked files, including folders. This is the pages' only access to the disk, and
 * it is read-only. An entry that cannot be opened is listed with a null file; the rest still follow.
 */
export interface DroppedFile {
  /** includes the folders within the dropped item */
  readonly path: string;
  /** null if the file system refused access */
  readonly file: File | null;
}

/** System files to skip. */
const IGNORED = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\.git|__MACOSX)(\/|$)/;

/** Call this while handling the drop event: the transfer is emptied afterwards. */
export function droppedFiles(transfer: DataTransfer): AsyncIterable<DroppedFile> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const roots = items
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
    .filter((root) => root !== null);
  return ignoring(walkAll(roots));
}

/** Files of an `<input type=file>`, folder picker or not. */
export function pickedFiles(files: Iterable<File>): AsyncIterable<DroppedFile> {
  return ignoring([...files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** Whether the browser has a folder picker; others fall back to an input. */
export function canPickFolder(): boolean {
  return 'showDirectoryPicker' in window;
}

/** Null if the picker was cancelled. */
export async function pickFolder(): Promise<AsyncIterable<DroppedFile> | null> {
  try {
    const folder = await (window as unknown as PickerWindow).showDirectoryPicker({ mode: 'read' });
    return ignoring(walkHandle(folder, folder.name));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}

interface PickerWindow {
  showDirectoryPicker(options: { mode: 'read' }): Promise<FileSystemDirectoryHandle>;
}

async function* ignoring(
  files: AsyncIterable<DroppedFile> | Iterable<DroppedFile>,
): AsyncGenerator<DroppedFile, void> {
  for await (const file of files) if (!IGNORED.test(file.path)) yield file;
}

async function* walkHandle(
  folder: FileSystemDirectoryHandle,
  path: string,
): AsyncGenerator<DroppedFile, void> {
  try {
    for await (const handle of folder.values()) {
      const inner = `${path}/${handle.name}`;
      if (handle.kind === 'directory') yield* walkHandle(handle as FileSystemDirectoryHandle, inner);
      else yield { path: inner, file: await (handle as FileSystemFileHandle).getFile().catch(() => null) };
    }
  } catch {
    yield { path, file: null };
  }
}

async function* walkAll(roots: readonly (FileSystemEntry | File)[]): AsyncGenerator<DroppedFile, void> {
  for (const root of roots) {
    if (root instanceof File) yield { path: root.name, file: root };
    else yield* walkEntry(root);
  }
}

async function* walkEntry(entry: FileSystemEntry): AsyncGenerator<DroppedFile, void> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File | null>((resolve) =>
      (entry as FileSystemFileEntry).file(resolve, () => resolve(null)),
    );
    yield { path, file };
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // `readEntries` returns at most 100 entries per call.
    const entries = await new Promise<FileSystemEntry[] | null>((resolve) =>
      reader.readEntries(resolve, () => resolve(null)),
    );
    if (!entries) yield { path, file: null };
    if (!entries || entries.length === 0) return;
    for (const inner of entries) yield* walkEntry(inner);
  }
}
