/**
 * Scores of Qwen3-Reranker, mxbai-rerank-v2 and zerank-1 against transformers, on WASM: two layers at true width in fp32,
 * over pairs with other scripts, emoji, hostile text and documents of 10,000 words. `npm test` has every tenth short pair.
 */
import { describe, expect, test } from 'vitest';
import { expandModel } from '../../src/convert/expand/expand-model.ts';
import { parseManifest } from '../../src/model/manifest.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import { findMarkerTokenIds, watchedTokenIds } from '../../src/rank1/markers.ts';
import { ModelRuntime } from '../../src/runtime/model-runtime.ts';
import { nodeHost } from '../../src/runtime/node/node-host.ts';
import { FoldedReranker, inBatches, RERANKER_NAMES } from '../harness/folded-reranker.ts';
import { generateRows } from '../harness/generate-rows.ts';
import { profileOf, tokenizerOf } from '../harness/profile-prompts.ts';
import type { MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { IS_FULL } from '../tier.ts';

const MAX_SHORT_TOKENS = 256;

async function load(output: MemoryOutput): Promise<ModelRuntime> {
  const json = (file: string): unknown => JSON.parse(output.text(file));
  const manifest = parseManifest(json('rank1.json'));
  const model = manifest.models['fp32']!;
  const externalData = model.externalData.map((file) => ({
    path: file.slice(file.lastIndexOf('/') + 1),
    data: output.files.get(file)!,
  }));
  const files = {
    manifest,
    dtype: 'fp32',
    model,
    spec: parseModelSpec(json('config.json')),
    onnx: output.files.get(model.onnx)!,
    externalData,
  };
  // As the worker loads it: with attention in operators.
  return ModelRuntime.load('wasm', files, await nodeHost('wasm', IS_FULL ? 2 : 1), (read, chosen) =>
    expandModel(read, { preference: 'exact', ...chosen }),
  );
}

describe.each(RERANKER_NAMES)('%s', (name) => {
  test('gives the scores of transformers within 1e-4', async () => {
    const model = new FoldedReranker(name);
    expect(watchedTokenIds(findMarkerTokenIds(tokenizerOf(name), profileOf(name)))).toEqual(model.answers);
    const all = model.prompts();
    expect(all.length).toBeGreaterThanOrEqual(60);
    const isShort = ({ ids }: (typeof all)[number]): boolean => ids.length <= MAX_SHORT_TOKENS;
    expect(all.filter(isShort).length).toBeGreaterThanOrEqual(60);
    const prompts = IS_FULL ? all : all.filter((prompt, place) => isShort(prompt) && place % 20 === 0);
    const runtime = await load(await model.convert());
    const differences: number[] = [];
    for (const batch of [
      ...inBatches(prompts.filter(isShort), 16),
      ...inBatches(
        prompts.filter((prompt) => !isShort(prompt)),
        1,
      ),
    ]) {
      const ids = batch.map((prompt) => prompt.ids);
      const rows = await generateRows(runtime, ids, 1, model.watchedTokenIds);
      for (const [place, { logits }] of rows.entries())
        differences.push(Math.abs(model.score(logits[0]!) - batch[place]!.expected));
    }
    await runtime.dispose();
    expect(differences).toHaveLength(prompts.length);
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });
});
