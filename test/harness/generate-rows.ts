/** Greedy tokens through the runtime and the engine, with the logits they were chosen by. */
import { Engine } from '../../src/engine/engine.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import { sharedPrefix } from '../../src/engine/shared-prefix.ts';
import type { ModelRuntime } from '../../src/runtime/model-runtime.ts';

export interface GeneratedRow {
  readonly tokenIds: readonly number[];
  /** [numNewTokens][watched]: of the steps that gave them */
  readonly logits: readonly (readonly number[])[];
}

/** A shorter prefix costs as much as it saves: the GPU pads rows to 16 tokens, and to 32 behind a prefix. */
const MIN_PREFIX_TOKENS = 16;

/** @param prompts decoded together, each in a slot of its own; what they all begin with is run once */
export async function generateRows(
  runtime: ModelRuntime,
  prompts: readonly (readonly number[])[],
  numNewTokens: number,
  watchedTokenIds: readonly number[],
): Promise<GeneratedRow[]> {
  const runner = await runtime.createRunner({
    maxSlots: prompts.length,
    maxLength: Math.max(...prompts.map((prompt) => prompt.length)) + numNewTokens,
    maxPrefillRows: prompts.length,
    watchedTokenIds,
  });
  const prefix = prompts.length > 1 ? sharedPrefix(prompts.map((prompt) => Int32Array.from(prompt))) : [];
  const engine = new Engine(
    runner,
    prefix.length >= MIN_PREFIX_TOKENS ? { prefixTokenIds: Int32Array.from(prefix) } : {},
  );
  const rows = prompts.map((prompt) => {
    const logits: number[][] = [];
    const next = (_tokenId: number, watchedLogits: Float32Array): 'continue' => {
      logits.push([...watchedLogits]);
      return 'continue';
    };
    const sequence = new Sequence({
      promptTokenIds: Int32Array.from(prompt),
      maxNewTokens: numNewTokens,
      stopCondition: { next },
    });
    engine.add(sequence);
    return { sequence, logits };
  });
  while (engine.hasWork) await engine.step();
  await runner.dispose();
  return rows.map(({ sequence, logits }) => ({ tokenIds: sequence.newTokenIds, logits }));
}
