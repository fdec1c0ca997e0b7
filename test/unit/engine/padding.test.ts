/** What padding wastes on the page's own sample collections, at the lengths their prompts really have. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { sharedPrefix } from '../../../src/engine/shared-prefix.ts';
import { Sequence } from '../../../src/engine/sequence.ts';
import { documentText, encodePrompt } from '../../../src/rank1/prompt.ts';
import { prefillInputs } from '../../../src/runtime/step-inputs.ts';
import { ScriptedRunner } from '../../fakes/scripted-runner.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';

interface Collection {
  readonly query: string;
  readonly documents: readonly { readonly title?: string; readonly text: string }[];
}

const read = <T>(name: string) =>
  JSON.parse(readFileSync(new URL(`../../../public/samples/${name}`, import.meta.url), 'utf8')) as T;
const collections = read<{ collections: { file: string }[] }>('index.json').collections.map(({ file }) =>
  read<Collection>(file),
);
const tokenizer = loadTokenizer('demo');
/** As GpuKvCache has them. */
const GPU_RULES = { maxRows: Infinity, minTokens: 32, totalCountsPrefix: false };

test.each([16, 64])(
  '%i slots pad at most a quarter of the prefill tokens on the samples',
  async (maxSlots) => {
    const documents = collections.flatMap((collection) => collection.documents);
    for (const { query } of collections) {
      const prompts = documents.map((document) => encodePrompt(tokenizer, query, documentText(document)));
      const prefixTokenIds = sharedPrefix(prompts);
      const maxLength = 2048;
      const runner = new ScriptedRunner({ maxSlots, maxLength });
      const engine = new Engine(runner, { prefixTokenIds });
      for (const [index, promptTokenIds] of prompts.entries()) {
        // Chains end at their own times, so that slots are refilled a few at a time.
        const maxNewTokens = 1 + ((index * 7) % 11);
        engine.add(new Sequence({ promptTokenIds, maxNewTokens, stopCondition: { next: () => 'continue' } }));
      }
      while (engine.hasWork) await engine.step();
      let numRun = 0;
      let numNeeded = 0;
      for (const plan of runner.plans) {
        if (plan.kind === 'decode') continue;
        const { rows, numPrefixTokens = 0 } = plan;
        expect(numPrefixTokens).toBe(prefixTokenIds.length);
        numRun += prefillInputs(rows, { padTo: 1, maxLength, numPrefixTokens, rules: GPU_RULES }).inputIds
          .length;
        numNeeded += rows.reduce((sum, { tokenIds }) => sum + tokenIds.length - numPrefixTokens, 0);
      }
      expect(numNeeded).toBeGreaterThan(1000);
      expect(1 - numNeeded / numRun).toBeLessThanOrEqual(0.25);
    }
  },
);
