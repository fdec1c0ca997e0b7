/** The demo model in Node, for tests that need a real model and no browser. */
import { fileURLToPath } from 'node:url';
import { loadModelInNode, type NodeLoadOptions } from '../../scripts/load-model-in-node.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';

export const DEMO_MODEL = fileURLToPath(new URL('../fixtures/demo-model/', import.meta.url));

export function loadDemoModelInNode(options?: NodeLoadOptions): Promise<LoadedRuntime> {
  return loadModelInNode(DEMO_MODEL, 'q4', options);
}
