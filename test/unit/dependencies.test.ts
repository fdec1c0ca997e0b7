/** What an installation may do, and what it brings. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as unknown;
const manifest = read('package.json') as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const { packages } = read('package-lock.json') as {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
};

/** The one that downloads: 300 MB that nothing here uses, from a host that is no package registry. */
const DOWNLOADS = 'onnxruntime-node';

test('no install script of a dependency is allowed to run', () => {
  const withScripts = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect(Object.keys(manifest.allowScripts).sort()).toEqual([...new Set([...withScripts, DOWNLOADS])].sort());
  expect(Object.values(manifest.allowScripts)).not.toContain(true);
});

test('npm 10, which knows no allowScripts, does not learn of the script that downloads', () => {
  const path = `node_modules/${DOWNLOADS}`;
  expect(packages).toHaveProperty([path]);
  // npm writes the line again when it resolves the package anew: delete it from package-lock.json.
  expect(packages[path]).not.toHaveProperty('hasInstallScript');
});

test('versions are exact', () => {
  for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies }))
    expect(version).toMatch(/^(npm:(@[\w-]+\/)?[\w-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?$/);
});
