/**
 * Warm-up: a few steps whose output is discarded, so that the runtime compiles its kernels and grows its arenas when
 * the model is loaded, not during the first document. Kernels differ for many rows, few rows and a cached prefix, so
 * each case runs once, on a runner of its own, so that nothing leaks into a run. Knows neither ORT nor the GPU.
 */
import type { DecodeRow, ModelRunner, PrefillRow } from '../../engine/model-runner.ts';
import { timed } from '../../base/load-timing.ts';
import type { LoadProgress } from '../../protocol/rerank-api.ts';
import { DEFAULT_MAX_SLOTS } from '../../protocol/run-defaults.ts';
import { findMarkerTokenIds, watchedTokenIds } from '../../rank1/markers.ts';
import type { LoadedRuntime } from './loaded-runtime.ts';

/** Arbitrary ids that every vocabulary has. */
const PROMPT_TOKEN_IDS = [0, 1, 0, 1];
const NUM_PREFIX_TOKENS = 2;
/** Few: on WASM each is a separate call. */
const NUM_ROWS_BEHIND_PREFIX = 2;
const CAPACITY = 64;

/**
 * @returns the runtime, ready for its first run
 * @throws a step's error. A session whose run failed must not be reused, so the runtime is disposed first.
 */
export async function warmedUp(
  runtime: LoadedRuntime,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadedRuntime> {
  onProgress({ stage: 'warm-up', loadedBytes: 0, totalBytes: 0 });
  try {
    await timed('warm-up', () => runSteps(runtime));
    return runtime;
  } catch (error) {
    // If the release fails too, the step's error is still the one to report.
    await runtime.dispose().catch(() => undefined);
    throw error;
  }
}

async function runSteps(runtime: LoadedRuntime): Promise<void> {
  const scoresOnly = runtime.profile.chain === 'none';
  const runner = await runtime.createRunner({
    maxSlots: DEFAULT_MAX_SLOTS,
    maxLength: Math.min(CAPACITY, runtime.spec.maxPositions),
    maxPrefillRows: DEFAULT_MAX_SLOTS,
    watchedTokenIds: scoresOnly
      ? watchedTokenIds(findMarkerTokenIds(runtime.tokenizer, runtime.profile))
      : PROMPT_TOKEN_IDS.slice(0, 2),
    scoresOnly,
  });
  try {
    const prompts = Array.from({ length: Math.min(DEFAULT_MAX_SLOTS, runner.maxSlots) }, (_, slot) => ({
      slot,
      tokenIds: Int32Array.from(PROMPT_TOKEN_IDS),
    }));
    const behindPrefix = await prefill(runner, prompts.slice(0, NUM_ROWS_BEHIND_PREFIX), NUM_PREFIX_TOKENS);
    const others = behindPrefix && (await prefill(runner, prompts.slice(NUM_ROWS_BEHIND_PREFIX), 0));
    if (!others || scoresOnly) return;
    const rows = [...behindPrefix, ...others];
    const { tokenIds } = await runner.run({ kind: 'decode', rows });
    const [first] = rows;
    const position = PROMPT_TOKEN_IDS.length + 1;
    if (first)
      await runner.run({ kind: 'decode', rows: [{ ...first, tokenId: tokenIds[0] ?? 0, position }] });
  } finally {
    await runner.dispose();
  }
}

/** @returns the rows' next decode step; null if a row's logits are not finite, which a run reports per document */
async function prefill(
  runner: ModelRunner,
  rows: readonly PrefillRow[],
  numPrefixTokens: number,
): Promise<DecodeRow[] | null> {
  if (rows.length === 0) return [];
  const { tokenIds, watchedLogits } = await runner.run({ kind: 'prefill', rows, numPrefixTokens });
  if (!watchedLogits.every(Number.isFinite)) return null;
  return rows.map(({ slot }, row) => ({
    slot,
    tokenId: tokenIds[row] ?? 0,
    position: PROMPT_TOKEN_IDS.length,
  }));
}
