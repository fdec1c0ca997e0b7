import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file atomically: a crash leaves the old one or the new one. */
export function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
