/** The model the user chose for all pages, stored in this browser; reset to the default if it is deleted. */
const KEY = 'rank1-model';
export const DEFAULT_MODEL = 'models/rank1-rerank-model/';
const STORED = /^opfs:([\w.-]+)$/;

/** `opfs:<name>` or the default model's folder; may no longer exist. */
export function readChosenModel(): string {
  try {
    return localStorage.getItem(KEY) ?? DEFAULT_MODEL;
  } catch {
    return DEFAULT_MODEL; // no storage: nothing was ever chosen
  }
}

/** Falls back to the default model if the chosen one was deleted. */
export async function findChosenModel(): Promise<string> {
  const chosen = readChosenModel();
  if (!STORED.test(chosen) || (await readStoredManifest(chosen)) !== null) return chosen;
  writeChosenModel(DEFAULT_MODEL);
  return DEFAULT_MODEL;
}

export function writeChosenModel(address: string): void {
  try {
    localStorage.setItem(KEY, address);
  } catch {
    // Storage refused: applies to this page only.
  }
}

/** The manifest of `opfs:<name>` as text, read from the model store's folder; `null` if there is no such model. */
export async function readStoredManifest(address: string): Promise<string | null> {
  const name = STORED.exec(address)?.[1];
  if (name === undefined) return null;
  try {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
    const manifest = await (await models.getDirectoryHandle(name)).getFileHandle('rank1.json');
    return await (await manifest.getFile()).text();
  } catch {
    return null;
  }
}
