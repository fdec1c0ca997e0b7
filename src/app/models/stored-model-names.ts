/** Addresses of the models in this browser, for pages that only choose among them. */
import { MODELS_FOLDER, storedModelAddress } from '../../model/stored-models.ts';
import { readStoredManifest } from './chosen-model.ts';

/** @returns `opfs:<name>` of each complete model; none where the browser stores nothing */
export async function listStoredModels(): Promise<readonly string[]> {
  try {
    const storage = await navigator.storage.getDirectory();
    const models = await storage.getDirectoryHandle(MODELS_FOLDER);
    const addresses: string[] = [];
    for await (const name of models.keys()) addresses.push(storedModelAddress(name));
    const manifests = await Promise.all(addresses.map(readStoredManifest));
    return addresses.filter((_, place) => manifests[place] !== null);
  } catch {
    return [];
  }
}
