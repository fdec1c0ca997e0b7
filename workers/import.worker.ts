/** Composition root of the import worker: wires the readers and exposes them. No logic. */
import { expose } from 'comlink';
import { importFile } from '../src/app/import/import-file.ts';
import type { ImportApi } from '../src/app/import/import-types.ts';

/** Served from `pdf-cmaps/` beside the folder this worker is in. */
const CMAP_URL = new URL(/* @vite-ignore */ '../pdf-cmaps/', import.meta.url).href;

const api: ImportApi = {
  importFile: (path, file, onProgress) => importFile(path, file, { cMapUrl: CMAP_URL, onProgress }),
};
expose(api);
