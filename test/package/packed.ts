/** The package as a publisher makes it, in a fresh clone with `npm pack` and nothing else, once for all tests of this folder. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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

export function packFreshClone(): PackedPackage {
  const folder = mkdtempSync(join(tmpdir(), 'rank1-package-'));
  const clone = join(folder, 'clone');
  copySources(clone);
  // As after `npm ci`.
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  const output = run(
    'npm',
    ['pack', '--json', '--foreground-scripts=false', '--pack-destination', '..'],
    clone,
  );
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

/** What git would clone, plus uncommitted changes. Does not need git. */
function copySources(clone: string): void {
  const ignored = readFileSync(join(ROOT, '.gitignore'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => new RegExp(`^${line.replace(/\/$/, '').replaceAll('.', '\\.').replaceAll('*', '.*')}$`));
  const isIgnored = (path: string) =>
    path === '.git' || ignored.some((pattern) => pattern.test(path) || pattern.test(basename(path)));
  mkdirSync(clone);
  cpSync(ROOT, clone, {
    recursive: true,
    filter: (source) => source === ROOT || !isIgnored(source.slice(ROOT.length)),
  });
}

/** @throws when it fails, with what it printed */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): string {
  return execFileSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
