/** Composition root of the import worker: wires the readers and exposes them. No logic. */
import { expose } from 'comlink';
import { importFile } from '../src/app/import/import-file.ts';
import type { ImportApi } from '../src/app/import/import-types.ts';

/** Served from `pdf-cmaps/` beside the folder this worker is in. */
const CMAP_URL = new URL(/* @vite-ignore */ '../pdf-cmaps/', import.meta.url).href;

/** Text recognition and its languages, beside it too. */
const RECOGNITION_URL = new URL(/* @vite-ignore */ '../recognition/', import.meta.url).href;

const api: ImportApi = {
  importFile: (path, file, onProgress, choices) =>
    importFile(path, file, {
      cMapUrl: CMAP_URL,
      recognitionUrl: RECOGNITION_URL,
      onProgress,
      ...(choices && { choices }),
    }),
};
expose(api);
