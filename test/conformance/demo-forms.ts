/** The demo model in each form that must agree with the oracle: what its weights are, which hold the same numbers, and where it runs. */
import { inject } from 'vitest';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';
import { IS_FULL } from '../tier.ts';

export interface DemoForm {
  readonly name: string;
  /** Takes long, so `npm test` judges fewer cases in it. */
  readonly isSlow?: boolean;
  load(): Promise<LoadedRuntime>;
}

const NATIVE: DemoForm = {
  name: 'q4 on native code',
  load: () => loadDemoModelInNode({ device: 'cpu' }),
};

export const DEMO_FORMS: readonly DemoForm[] = [
  NATIVE,
  { name: 'q4 on WASM', isSlow: true, load: () => loadDemoModelInNode() },
  // As `convert-demo.ts` makes it.
  { name: 'fp32 on WASM', isSlow: true, load: () => loadModelInNode(inject('demoInFp32'), 'fp32') },
];

/** For tests of prompts and protocol, which know neither weights nor device: by default only the fastest. */
export const TESTED_FORMS = IS_FULL ? DEMO_FORMS : [NATIVE];
