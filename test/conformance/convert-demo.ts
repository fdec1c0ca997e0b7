/** The demo model in fp32, of the numbers that its codes stand for. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { convertModel } from '../../src/convert/convert-model.ts';
import { DiskOutput } from '../../src/convert/node/disk-output.ts';
import { demoCheckpoint, type DemoChange } from '../unit/convert/support/demo-checkpoint.ts';
import { convertOptions } from '../unit/convert/support/options.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** folder of the demo model in fp32 */
    readonly demoInFp32: string;
  }
}

/** @param use is given the folder, which is removed afterwards */
export async function withDemoInFp32<T>(
  use: (folder: string) => Promise<T>,
  change?: DemoChange,
): Promise<T> {
  const { folder, remove } = await convertDemo(change);
  try {
    return await use(folder);
  } finally {
    await remove();
  }
}

/** Once before the conformance tests; vitest calls it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { folder, remove } = await convertDemo();
  project.provide('demoInFp32', folder);
  return remove;
}

async function convertDemo(change?: DemoChange) {
  const parent = await mkdtemp(path.join(tmpdir(), 'rank1-demo-fp32-'));
  const folder = path.join(parent, 'model');
  const output = await DiskOutput.begin(folder, false);
  await convertModel(demoCheckpoint({}, change), output, convertOptions({ dtype: 'fp32' }));
  return { folder, remove: () => rm(parent, { recursive: true, force: true }) };
}
