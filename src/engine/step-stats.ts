/** Timings and token counts of the steps of a run, prefill and decode apart. Times in milliseconds. */
import type { StepPlan } from './model-runner.ts';

export class StepStats {
  numPrefillTokens = 0;
  /** prefill tokens including padding */
  numPaddedPrefillTokens = 0;
  numDecodeTokens = 0;
  numPrefillSteps = 0;
  numDecodeSteps = 0;
  prefillMs = 0;
  decodeMs = 0;

  record(plan: StepPlan, elapsedMs: number): void {
    if (plan.kind === 'decode') {
      this.numDecodeSteps++;
      this.numDecodeTokens += plan.rows.length;
      this.decodeMs += elapsedMs;
      return;
    }
    const lengths = plan.rows.map((row) => row.tokenIds.length);
    this.numPrefillSteps++;
    this.numPrefillTokens += lengths.reduce((sum, length) => sum + length, 0);
    this.numPaddedPrefillTokens += Math.max(...lengths) * lengths.length;
    this.prefillMs += elapsedMs;
  }
}
