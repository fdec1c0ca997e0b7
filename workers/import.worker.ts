/** Composition root of the import worker: wires the readers and exposes them. No logic. */
import { extractFile, importFile } from '../src/app/import/import-file.ts';
import { TextRecognition } from '../src/app/import/text-recognition.ts';
import type { ImportApi } from '../src/app/import/import-types.ts';
import { answerCalls } from '../src/protocol/worker-calls.ts';

/** Served from `pdf-cmaps/`, next to this worker's folder. */
const CMAP_URL = new URL(/* @vite-ignore */ '../pdf-cmaps/', import.meta.url).href;

/** Text recognition and its language data, also next to it. */
const recognition = new TextRecognition(new URL(/* @vite-ignore */ '../recognition/', import.meta.url).href);

const api: ImportApi = {
  importFile: (path, file, choices, onProgress) =>
    importFile(path, file, {
      cMapUrl: CMAP_URL,
      recognition,
      onProgress,
      ...(choices && { choices }),
    }),
  extractFile: (path, file, nested) => extractFile(path, file, nested, { cMapUrl: CMAP_URL, recognition }),
};
answerCalls(api);
