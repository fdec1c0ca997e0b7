/**
 * The default model, through every layer below the worker, against transformers in float32 on the same dequantised weights:
 * a sixteenth of the oracle's pairs on native code and one on WASM, which takes five times as long; all of them in the full run.
 */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import { findFaults, readManifest } from '../../src/cli/models/model-folder.ts';
import { encodePrompt } from '../../src/rank1/prompt.ts';
import { readOracle, type OracleChain } from '../harness/demo-chains.ts';
import { IS_FULL } from '../tier.ts';
import { DemoService, type Judged } from './demo-service.ts';
import { expectVerdict, expectWeights } from './expect-oracle.ts';

const FOLDER = fileURLToPath(new URL('../../model', import.meta.url));
const oracle = readOracle('default');
test('the default model’s files are those that its manifest names, byte for byte', async () => {
  expect(await findFaults(FOLDER, await readManifest(FOLDER))).toEqual([]);
});

test('the fixture was made with the weights that are here', () => {
  expectWeights('model', oracle.weightsSha256);
  expect(oracle.cases.length).toBeGreaterThan(60);
});

const FORMS = [
  { name: 'native code', device: 'cpu', share: 16 },
  { name: 'WASM', device: 'wasm', share: 48 },
] as const;

describe.each(FORMS)('the default model on $name against transformers', ({ device, share }) => {
  const cases = oracle.cases.filter((_, index) => IS_FULL || index % share === share - 1);
  let service: DemoService;
  let judged: Judged<OracleChain>[];
  beforeAll(async () => {
    service = await DemoService.over(await loadModelInNode(FOLDER, 'q4', { arithmetic: 'exact', device }));
    judged = await service.judge(
      cases,
      ({ document }) => ({ text: document }),
      ({ maxNewTokens }) => ({ maxNewTokens, maxSlots: 8 }),
    );
  });
  afterAll(() => service.model.dispose());

  test('every prompt has the ids of the Hugging Face tokenizer', () => {
    for (const { query, document, promptTokenIds } of oracle.cases)
      expect([...encodePrompt(service.model.tokenizer, query, document)]).toEqual(promptTokenIds);
  });

  test('eight slots decode every chain token for token', () => {
    for (const { oracle: chain, tokensAfter } of judged)
      expect(tokensAfter(chain.promptTokenIds)).toEqual(chain.newTokenIds);
  });

  test('the labels of whole and of forced verdicts are the same, and the scores within 1e-4', () => {
    for (const { oracle: chain, finished } of judged) expectVerdict(finished.verdict, chain);
  });
});
