/** Decodes prompts with the engine alone, until the chain's reader stops each, for comparing token by token. */
import { Engine } from '../../src/engine/engine.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import { ChainReader } from '../../src/rank1/chain-reader.ts';
import { findMarkerTokenIds, watchedTokenIds } from '../../src/rank1/markers.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';

interface Prompt {
  readonly promptTokenIds: readonly number[];
  readonly maxNewTokens: number;
}

/** @returns the new tokens of each prompt */
export async function decodeChains(
  model: LoadedRuntime,
  prompts: readonly Prompt[],
  maxSlots: number,
): Promise<number[][]> {
  const markers = findMarkerTokenIds(model.tokenizer);
  const runner = await model.createRunner({
    maxSlots,
    maxLength: Math.max(...prompts.map((prompt) => prompt.promptTokenIds.length + prompt.maxNewTokens)),
    maxPrefillRows: maxSlots,
    watchedTokenIds: watchedTokenIds(markers),
  });
  const engine = new Engine(runner);
  const sequences = prompts.map(({ promptTokenIds, maxNewTokens }) => {
    const sequence = new Sequence({
      promptTokenIds: Int32Array.from(promptTokenIds),
      maxNewTokens,
      stopCondition: new ChainReader(model.tokenizer, markers, model.spec.eosTokenIds),
    });
    engine.add(sequence);
    return sequence;
  });
  while (engine.hasWork) await engine.step();
  await runner.dispose();
  return sequences.map((sequence) => [...sequence.newTokenIds]);
}
