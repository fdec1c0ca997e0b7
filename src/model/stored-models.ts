/**
 * Models in the page's storage (origin private file system): one folder per model under `models/`, as written
 * by the converter and the download. A folder is a model only if it holds the manifest, which is written
 * last, once every file is complete and verified; so reading checks only lengths.
 */
import { Rank1Error, errorMessage } from '../base/errors.ts';
import { HttpFolder } from './http-folder.ts';
import { BlobFolder, type ModelFolder } from './model-folder.ts';

/** Root folder of all stored models. */
export const MODELS_FOLDER = 'models';
/** `opfs:<name>` in place of a URL: the stored model of that name. */
const STORED_SCHEME = 'opfs:';
/** Valid names: a single segment of a path and of a URL. */
const STORED_NAME = /^[a-z0-9][a-z0-9._-]{0,119}$/;

export function isStoredName(name: string): boolean {
  return STORED_NAME.test(name);
}

/** The value of `model` that loads the stored model `name`. */
export function storedModelAddress(name: string): string {
  return `${STORED_SCHEME}${name}`;
}

/**
 * @param model absolute URL of a folder, or `opfs:<name>`
 * @param files picked by the user, by path; `model` is then only a name for messages
 * @throws Rank1Error `model-not-found` or `storage`
 */
export async function openModelFolder(
  model: string,
  files?: Readonly<Record<string, Blob>>,
): Promise<ModelFolder> {
  if (files) {
    const find = (path: string): Blob | null => (Object.hasOwn(files, path) ? (files[path] ?? null) : null);
    return new BlobFolder('the chosen folder', (path) => Promise.resolve(find(path)), true);
  }
  if (!model.startsWith(STORED_SCHEME)) return new HttpFolder(model);
  return openStoredFolder(model.slice(STORED_SCHEME.length).replace(/\/$/, ''));
}

async function openStoredFolder(name: string): Promise<ModelFolder> {
  const folder = isStoredName(name) ? await findFolder(name) : null;
  if (!folder) {
    throw new Rank1Error(
      'model-not-found',
      `There is no model "${name.slice(0, 120)}" in this browser's storage. The browser may have cleared it: download it again.`,
    );
  }
  return new BlobFolder(`the stored model ${name}`, (path) => readStoredFile(folder, path), false);
}

async function findFolder(name: string): Promise<FileSystemDirectoryHandle | null> {
  try {
    const storage = await navigator.storage.getDirectory();
    const models = await storage.getDirectoryHandle(MODELS_FOLDER);
    return await models.getDirectoryHandle(name);
  } catch (error) {
    if (isMissing(error)) return null;
    throw new Rank1Error(
      'storage',
      `This browser's storage cannot be read (${errorMessage(error)}). Leave private browsing, or load the model from its address.`,
      { cause: error },
    );
  }
}

/** @param path relative, of plain segments; `null` if there is no such file */
export async function readStoredFile(folder: FileSystemDirectoryHandle, path: string): Promise<File | null> {
  const parts = path.split('/');
  const fileName = parts.pop() ?? '';
  try {
    let parent = folder;
    for (const part of parts) parent = await parent.getDirectoryHandle(part);
    return await (await parent.getFileHandle(fileName)).getFile();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Also true if a folder was found in place of a file, or the reverse. */
export function isMissing(error: unknown): boolean {
  return error instanceof DOMException && ['NotFoundError', 'TypeMismatchError'].includes(error.name);
}
