/**
 * The demo model in the layout of transformers.js, run by our engine, against transformers in float32. The graph is
 * built here; its weights are the demo's own, because both layouts place them at the same bytes of the same file.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertModel } from '../../src/convert/convert-model.ts';
import type { RerankUpdate } from '../../src/protocol/rerank-api.ts';
import { RerankService, type LoadedRuntime } from '../../src/service/rerank-service.ts';
import { wholeChains } from '../harness/demo-chains.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';
import { MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { SyntheticCheckpoint } from '../unit/convert/support/synthetic-checkpoint.ts';
import { decodeChains } from './decode-chains.ts';

const CONFIG = new URL('../../public/models/rank1-demo/config.json', import.meta.url);
const chains = wholeChains.slice(0, 6);

let model: LoadedRuntime;

beforeAll(async () => {
  const config = JSON.parse(readFileSync(CONFIG, 'utf8')) as Record<string, unknown>;
  const output = new MemoryOutput();
  await convertModel(
    new SyntheticCheckpoint(config, 'fast'),
    output,
    convertOptions({ dtype: 'q4', layout: 'transformersjs' }),
  );
  const onnx = output.files.get('onnx/model_q4.onnx')!;
  model = await loadDemoModelInNode({ onnx: Uint8Array.from(onnx), layout: 'transformersjs' });
});
afterAll(() => model.dispose());

test('three slots decode the chains of transformers token for token', async () => {
  expect(await decodeChains(model, chains, 3)).toEqual(chains.map((chain) => chain.newTokenIds));
});

test('the service gives the verdict of transformers, its score within 1e-4', async () => {
  const [chain] = chains;
  const service = new RerankService(() => Promise.resolve({ ...model, dispose: () => Promise.resolve() }));
  await service.load({ model: 'memory:/', device: 'wasm' }, () => {});
  const updates: RerankUpdate[] = [];
  const documents = [{ text: chain!.document }];
  const options = { maxNewTokens: chain!.maxNewTokens };
  await service.rerank({ runId: 1, query: chain!.query, documents, options }, (batch) => {
    updates.push(...batch);
  });
  const finished = updates.find((update) => update.type === 'finished');
  expect(finished?.verdict?.label).toBe(chain!.label);
  expect(Math.abs((finished?.verdict?.score ?? NaN) - chain!.score)).toBeLessThan(1e-4);
});
