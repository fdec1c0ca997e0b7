/** The demo model's weights in each form that must agree with the oracle. The numbers are the same in both. */
import { inject } from 'vitest';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';
import { IS_FULL } from '../tier.ts';

/** q4 as published, and fp32 as `convert-demo.ts` makes it. */
export const DEMO_FORMS = ['q4', 'fp32'] as const;

/** For tests that depend on prompts, not on how the weights are stored. */
export const TESTED_FORMS = IS_FULL ? DEMO_FORMS : (['q4'] as const);

export function loadDemoForm(form: (typeof DEMO_FORMS)[number]): Promise<LoadedRuntime> {
  return form === 'q4' ? loadDemoModelInNode() : loadModelInNode(inject('demoInFp32'), 'fp32');
}
