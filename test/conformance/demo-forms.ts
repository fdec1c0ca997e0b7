/** The demo model's weights in each form that must agree with the oracle. The numbers are the same in both. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import { convertModel } from '../../src/convert/convert-model.ts';
import { DiskOutput } from '../../src/convert/node/disk-output.ts';
import type { LoadedRuntime } from '../../src/service/rerank-service.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';
import { demoCheckpoint, type DemoChange } from '../unit/convert/support/demo-checkpoint.ts';
import { convertOptions } from '../unit/convert/support/options.ts';

/** q4 as published; fp32 made here of the numbers that its codes stand for. */
export const DEMO_FORMS = ['q4', 'fp32'] as const;
type DemoForm = (typeof DEMO_FORMS)[number];

export function loadDemoForm(form: DemoForm): Promise<LoadedRuntime> {
  return form === 'q4' ? loadDemoModelInNode() : loadConvertedDemo(form);
}

/** @param change made to the weights before they are converted */
export async function loadConvertedDemo(dtype: DemoForm, change?: DemoChange): Promise<LoadedRuntime> {
  const parent = await mkdtemp(path.join(tmpdir(), 'rank1-demo-form-'));
  try {
    const folder = path.join(parent, 'model');
    const output = await DiskOutput.begin(folder, false);
    await convertModel(demoCheckpoint({}, change), output, convertOptions({ dtype }));
    return await loadModelInNode(folder, dtype);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}
