/** Greedy tokens through the runtime and the engine, with the logits they were chosen by. */
import { Engine } from '../../src/engine/engine.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import type { ModelRuntime } from '../../src/runtime/model-runtime.ts';

export interface GeneratedRow {
  readonly tokenIds: readonly number[];
  /** [numNewTokens][watched]: of the steps that gave them */
  readonly logits: readonly (readonly number[])[];
}

/** @param prompts decoded together, each in a slot of its own */
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
  const engine = new Engine(runner);
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
