import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file atomically: after a crash it is either the old one or the new one. */
export function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
