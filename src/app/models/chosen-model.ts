/** Which model the person wants the pages to use; kept in this browser. Written again only by a person, or when it is gone. */
const KEY = 'rank1-model';
export const DEMO_MODEL = 'models/rank1-demo/';
const STORED = /^opfs:([\w.-]+)$/;

/** `opfs:<name>`, or the demo model's folder; whether it is still there is not looked at. */
export function readChosenModel(): string {
  try {
    return localStorage.getItem(KEY) ?? DEMO_MODEL;
  } catch {
    return DEMO_MODEL; // storage is refused: nothing was ever chosen
  }
}

/** The same, but the demo model where the chosen one was deleted or cleared by the browser. */
export async function findChosenModel(): Promise<string> {
  const chosen = readChosenModel();
  if (!STORED.test(chosen) || (await readStoredManifest(chosen)) !== null) return chosen;
  writeChosenModel(DEMO_MODEL);
  return DEMO_MODEL;
}

export function writeChosenModel(address: string): void {
  try {
    localStorage.setItem(KEY, address);
  } catch {
    // it holds for this page then
  }
}

/** The text of the manifest of `opfs:<name>`, which the store's worker writes; `null` where there is no such model. */
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
