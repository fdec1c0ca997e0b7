import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file whole or not at all, whenever the process ends. */
export function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
