import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @param chosen a path that takes precedence
 * @throws if none of the names is an executable of `PATH`
 */
export function findProgram(
  chosen: string | undefined,
  names: readonly string[],
  debianPackage: string,
): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = chosen ?? candidates.find(isExecutable);
  if (found) return found;
  throw new Error(
    `${names.join(' or ')} was not found. Debian, Ubuntu: sudo apt-get install ${debianPackage}`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
