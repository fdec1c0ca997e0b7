/**
 * The command line bundled as in the published package, once for all tests that start it: the sources need a second of
 * processor time at each start. vitest calls it. In a checkout the tool runs its sources; command-line.test.ts starts both.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** folder of rank1-rerank.mjs and engine-thread.mjs */
    readonly cliFolder: string;
  }
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export default async function setup(project: TestProject): Promise<() => void> {
  // Where Node finds the packages that are not bundled.
  const folder = mkdtempSync(join(ROOT, 'node_modules/.rank1-cli-'));
  for (const name of ['bin', 'package.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const build = ['scripts/build-cli.mjs', join(folder, 'dist-cli')];
  await promisify(execFile)(process.execPath, build, { cwd: ROOT });
  project.provide('cliFolder', join(folder, 'bin'));
  return () => rmSync(folder, { recursive: true });
}
