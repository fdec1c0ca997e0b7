/** Saves a file through the browser's downloads. */
import type { ExportedFile } from '../export/index.ts';

/** Long enough for any browser to read the text, which stays in memory until then. */
const KEEP_MS = 60_000;

export function saveFile({ name, mediaType, text }: ExportedFile, page: Document): void {
  const url = URL.createObjectURL(new Blob([text], { type: mediaType }));
  const link = page.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}
