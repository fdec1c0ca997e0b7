/**
 * The demo model in the layout of transformers.js, run by our engine, against transformers in float32. The graph is
 * built here; its weights are the demo's own, because both layouts place them at the same bytes of the same file.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertModel } from '../../src/convert/convert-model.ts';
import { wholeChains } from '../harness/demo-chains.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';
import { MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { SyntheticCheckpoint } from '../unit/convert/support/synthetic-checkpoint.ts';
import { DemoService } from './demo-service.ts';
import { expectVerdict } from './expect-oracle.ts';

const CONFIG = new URL('../../test/fixtures/demo-model/config.json', import.meta.url);
const chains = wholeChains.slice(0, 6);

let demo: DemoService;

beforeAll(async () => {
  const config = JSON.parse(readFileSync(CONFIG, 'utf8')) as Record<string, unknown>;
  const output = new MemoryOutput();
  await convertModel(
    new SyntheticCheckpoint(config, 'fast'),
    output,
    convertOptions({ dtype: 'q4', layout: 'transformersjs' }),
  );
  const onnx = output.files.get('onnx/model_q4.onnx')!;
  demo = await DemoService.over(
    await loadDemoModelInNode({ graph: { onnx: Uint8Array.from(onnx), layout: 'transformersjs' } }),
  );
});
afterAll(() => demo.model.dispose());

test('three slots decode the chains of transformers token for token, scores within 1e-4', async () => {
  const judged = await demo.judge(
    chains,
    ({ document }) => ({ text: document }),
    ({ maxNewTokens }) => ({ maxNewTokens, maxSlots: 3 }),
  );
  for (const { oracle: chain, finished, tokensAfter } of judged) {
    expect(tokensAfter(chain.promptTokenIds)).toEqual(chain.newTokenIds);
    expectVerdict(finished.verdict, chain);
  }
});
