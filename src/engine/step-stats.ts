/**
 * Metrics of a run's steps, prefill and decode separately. Times in milliseconds; `StepCost` supplies what only the
 * runner can measure. Plain sums, so the difference between two copies describes the time between them.
 */
import type { StepCost, StepPlan } from './model-runner.ts';

export class StepStats {
  /** prompt tokens that had to be run */
  numPrefillTokens = 0;
  /** prefill tokens including padding */
  numPaddedPrefillTokens = 0;
  /** prompt tokens skipped thanks to the prefix cache */
  numPrefixTokensSaved = 0;
  numDecodeTokens = 0;
  numPrefillSteps = 0;
  numDecodeSteps = 0;
  prefillMs = 0;
  decodeMs = 0;
  /** time outside the runtime's own call: the engine's, plus what its caller adds for each step */
  overheadMs = 0;
  /** bytes read back from the device, keys and values excluded */
  readBackBytes = 0;
  /** KV cache after the last step */
  cacheBytes = 0;
  peakCacheBytes = 0;

  /** @param elapsedMs time the caller spent on a step's results */
  addOverhead(elapsedMs: number): void {
    this.overheadMs += elapsedMs;
  }

  record(plan: StepPlan, elapsedMs: number, cost?: StepCost): void {
    if (cost) {
      this.overheadMs += elapsedMs - cost.runtimeMs;
      this.readBackBytes += cost.readBackBytes;
      this.cacheBytes = cost.cacheBytes;
      this.peakCacheBytes = Math.max(this.peakCacheBytes, cost.cacheBytes);
    }
    if (plan.kind === 'decode') {
      this.numDecodeSteps++;
      this.numDecodeTokens += plan.rows.length;
      this.decodeMs += elapsedMs;
      return;
    }
    let numTokens = 0;
    let longest = 0;
    for (const { tokenIds } of plan.rows) {
      numTokens += tokenIds.length;
      longest = Math.max(longest, tokenIds.length);
    }
    const numSaved = cost?.numTokensSaved ?? 0;
    this.numPrefillSteps++;
    this.numPrefillTokens += numTokens - numSaved;
    this.numPaddedPrefillTokens += cost?.numTokensRun ?? longest * plan.rows.length;
    this.numPrefixTokensSaved += numSaved;
    this.prefillMs += elapsedMs;
  }
}
