/**
 * A trained model at full depth against transformers, token for token: SmolLM2-135M-Instruct, converted from a checkpoint
 * that test/oracle/real-weights/make_fixtures.py writes. Its 540 MB are not in the repository, so this runs by hand:
 *
 *     RANK1_TESTS=full RANK1_REAL_WEIGHTS=<folder> npx vitest run test/conformance/real-weights.full.test.ts
 *
 * `<folder>/<dtype>` is the model in that dtype. RANK1_REAL_PROMPTS=6 takes the first six of the 30 prompts.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';

interface Fixture {
  readonly prompts: readonly { readonly text: string; readonly ids: number[] }[];
  /** by dtype; `lead`: how far the second best token was behind, at its nearest */
  readonly forms: Readonly<Record<string, readonly { readonly ids: number[]; readonly lead: number }[]>>;
}

const FIXTURE = JSON.parse(
  readFileSync(new URL('../fixtures/real-weights/smollm2-135m.json', import.meta.url), 'utf8'),
) as Fixture;
const FOLDER = process.env['RANK1_REAL_WEIGHTS'] ?? '';
const NUM_PROMPTS = Number(process.env['RANK1_REAL_PROMPTS'] ?? FIXTURE.prompts.length);
const NUM_NEW_TOKENS = 64;
/** Two orders of summation in fp32 differ by less; where the lead is smaller, either token is right. */
const MAX_NOISE = 1e-3;
const prompts = FIXTURE.prompts.slice(0, NUM_PROMPTS);

// The weights have to be made by a script that needs Python and a download.
describe.skipIf(FOLDER === '')('SmolLM2-135M-Instruct', () => {
  // fp16 and q4f16 compute in 16 bits, which is for GPUs that have them.
  test.for(['fp32', 'q4', 'q8'].filter((dtype) => FIXTURE.forms[dtype]))(
    'in %s decodes on WASM what transformers decodes with the same weights',
    async (dtype) => {
      const folder = path.join(FOLDER, dtype);
      expect(existsSync(folder), `${folder} is there`).toBe(true);
      const model = await loadModelInNode(folder, dtype);
      for (const { text, ids } of prompts) {
        const { before, after } = model.tokenizer.frame;
        expect([...before, ...model.tokenizer.encode(text), ...after]).toEqual(ids);
      }
      const decoded = await decode(model);
      const expected = FIXTURE.forms[dtype]!;
      decoded.forEach((tokenIds, number) => {
        const { ids, lead } = expected[number]!;
        if (lead > MAX_NOISE) expect(tokenIds, `prompt ${number}`).toEqual(ids);
      });
      const isClear = ({ lead }: { lead: number }) => lead > MAX_NOISE;
      expect(expected.filter(isClear).length).toBeGreaterThan(expected.length * 0.8);
      await model.dispose();
    },
  );
});

async function decode(model: LoadedRuntime): Promise<number[][]> {
  const longest = Math.max(...prompts.map(({ ids }) => ids.length));
  const runner = await model.createRunner({
    maxSlots: 6,
    maxLength: longest + NUM_NEW_TOKENS,
    maxPrefillRows: 6,
    watchedTokenIds: [0, 1],
  });
  const engine = new Engine(runner);
  const sequences = prompts.map(({ ids }) => {
    const sequence = new Sequence({
      promptTokenIds: Int32Array.from(ids),
      maxNewTokens: NUM_NEW_TOKENS,
      stopCondition: { next: () => 'continue' },
    });
    engine.add(sequence);
    return sequence;
  });
  while (engine.hasWork) await engine.step();
  await runner.dispose();
  return sequences.map((sequence) => [...sequence.newTokenIds]);
}
