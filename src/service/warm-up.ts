/**
 * Two steps of a model that was just loaded, whose answers nobody reads: the runtime compiles its kernels and grows its
 * arenas here, and not while the first document waits. They run in a runner of their own, so that a run finds no row,
 * prefix or figure of theirs. Knows neither ORT nor the GPU.
 */
import type { PrefillRow } from '../engine/model-runner.ts';
import type { LoadProgress } from '../protocol/rerank-api.ts';
import type { LoadedRuntime } from './rerank-service.ts';

/** More than one, as in most runs: kernels for one row are others. */
const NUM_ROWS = 2;
/** Which tokens is of no consequence, and every vocabulary has these. */
const PROMPT_TOKEN_IDS = [0, 1, 0, 1];
const CAPACITY = 64;

/**
 * @returns the runtime, ready for its first run
 * @throws what a step threw. A session whose run failed is fit for no other, so the runtime is disposed first.
 */
export async function warmedUp(
  runtime: LoadedRuntime,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadedRuntime> {
  onProgress({ stage: 'warm-up', loadedBytes: 0, totalBytes: 0 });
  try {
    await runTwoSteps(runtime);
    return runtime;
  } catch (error) {
    // Even where the runtime cannot be released, why the step failed is what there is to tell.
    await runtime.dispose().catch(() => undefined);
    throw error;
  }
}

async function runTwoSteps(runtime: LoadedRuntime): Promise<void> {
  const runner = await runtime.createRunner({
    maxSlots: NUM_ROWS,
    maxLength: Math.min(CAPACITY, runtime.spec.maxPositions),
    maxPrefillRows: NUM_ROWS,
    watchedTokenIds: PROMPT_TOKEN_IDS.slice(0, 2),
  });
  try {
    const rows = Array.from({ length: Math.min(NUM_ROWS, runner.maxSlots) }, (_, slot): PrefillRow => ({
      slot,
      tokenIds: Int32Array.from(PROMPT_TOKEN_IDS),
    }));
    const { tokenIds, watchedLogits } = await runner.run({ kind: 'prefill', rows });
    // Rows without numbers have no next token; a run tells of them, document by document.
    if (!watchedLogits.every(Number.isFinite)) return;
    await runner.run({
      kind: 'decode',
      rows: rows.map(({ slot }, row) => ({
        slot,
        tokenId: tokenIds[row] ?? 0,
        position: PROMPT_TOKEN_IDS.length,
      })),
    });
  } finally {
    await runner.dispose();
  }
}
