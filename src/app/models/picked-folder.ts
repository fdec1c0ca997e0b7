/** Picked or dropped folders, files and archives, as files keyed by path relative to the model folder. */
import { msg } from '@lit/localize';
import { readZip } from './picked-zip.ts';

export type PickedFiles = Readonly<Record<string, File>>;

export interface PickedFolder {
  /** of the folder or archive that holds the model; empty if unknown */
  readonly name: string;
  readonly files: PickedFiles;
}

/** A converted model, a checkpoint to convert, or `null` for neither. */
export type PickedKind = 'model' | 'checkpoint' | null;

/** More than any model has: someone dropped a whole disk. */
const MAX_FILES = 2000;

export function kindOf(files: PickedFiles): PickedKind {
  if (Object.hasOwn(files, 'rank1.json')) return 'model';
  const names = Object.keys(files);
  const isCheckpoint = names.includes('config.json') && names.some((name) => name.endsWith('.safetensors'));
  return isCheckpoint || names.some(isGguf) ? 'checkpoint' : null;
}

/** From `<input type="file" webkitdirectory>`, or a picked archive. */
export async function filesOfInput(list: readonly File[]): Promise<PickedFolder> {
  const [only] = list;
  if (list.length === 1 && only && isArchive(only)) return unpacked(only);
  if (list.length === 1 && only && isGguf(only.name))
    return { name: baseName(only), files: { [only.name]: only } };
  return withoutRoot(Object.fromEntries(list.map((file) => [file.webkitRelativePath || file.name, file])));
}

export async function filesOfDrop(transfer: DataTransfer): Promise<PickedFolder> {
  // Read synchronously: the list is emptied at the first await.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const [only] = entries;
  if (entries.length === 1 && only?.isFile) {
    const file = await fileOf(only as FileSystemFileEntry);
    if (isArchive(file)) return unpacked(file);
    if (isGguf(file.name)) return { name: baseName(file), files: { [file.name]: file } };
  }
  const found: Record<string, File> = {};
  for (const entry of entries) await collect(entry, '', found);
  return withoutRoot(found);
}

async function unpacked(archive: File): Promise<PickedFolder> {
  return withoutRoot(await readZip(archive), baseName(archive));
}

function isArchive(file: File): boolean {
  return file.name.toLowerCase().endsWith('.zip');
}

const isGguf = (name: string): boolean => /\.gguf$/i.test(name);

const baseName = (file: File): string => file.name.replace(/\.\w+$/, '');

/** Strips the common prefix of all paths, which is where the folder was. */
function withoutRoot(files: PickedFiles, nameOfAll = ''): PickedFolder {
  const marker = Object.keys(files)
    .filter((path) => /(^|\/)(rank1|config)\.json$/.test(path))
    .sort((a, b) => a.split('/').length - b.split('/').length)[0];
  const root = marker?.slice(0, marker.lastIndexOf('/') + 1) ?? '';
  const inside = Object.entries(files).filter(([path]) => path.startsWith(root));
  return {
    name: root.split('/').at(-2) ?? nameOfAll,
    files: Object.fromEntries(inside.map(([path, file]) => [path.slice(root.length), file])),
  };
}

async function collect(entry: FileSystemEntry, prefix: string, found: Record<string, File>): Promise<void> {
  if (Object.keys(found).length >= MAX_FILES)
    throw new RangeError(msg('The folder has too many files. Choose the model’s own folder.'));
  if (entry.isFile) {
    found[prefix + entry.name] = await fileOf(entry as FileSystemFileEntry);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return;
    for (const child of batch) await collect(child, `${prefix}${entry.name}/`, found);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
