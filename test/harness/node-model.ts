/** The demo model in Node, for tests that need a real model and no browser. */
import { fileURLToPath } from 'node:url';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';

export const DEMO_MODEL = fileURLToPath(new URL('../fixtures/demo-model/', import.meta.url));

/** @param graph another graph on the demo model's own weights, in place of the one it ships with */
export function loadDemoModelInNode(graph?: Parameters<typeof loadModelInNode>[2]): Promise<LoadedRuntime> {
  return loadModelInNode(DEMO_MODEL, 'q4', graph);
}
