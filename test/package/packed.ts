/** The package as npm would publish it, built and packed once for all tests of this folder. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface PackedPackage {
  /** a folder of the test's own */
  readonly folder: string;
  readonly tarball: string;
  readonly size: number;
  /** paths in the tarball */
  readonly files: readonly string[];
  remove(): void;
}

export function buildAndPack(): PackedPackage {
  const folder = mkdtempSync(join(tmpdir(), 'rank1-package-'));
  run(process.execPath, ['scripts/build-package.mjs'], ROOT);
  const output = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
  const [packed] = JSON.parse(output) as { filename: string; size: number; files: { path: string }[] }[];
  if (!packed) throw new Error('npm pack reported no package');
  return {
    folder,
    tarball: join(folder, packed.filename),
    size: packed.size,
    files: packed.files.map(({ path }) => path),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @throws when it fails, with what it printed */
export function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
