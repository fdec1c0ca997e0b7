/** The contract must fail on runners with the faults it exists to find. */
import { expect, test } from 'vitest';
import type { ModelRunner, StepOutput, StepPlan } from '../../src/engine/model-runner.ts';
import { ScriptedRunner, sumRule } from '../fakes/scripted-runner.ts';
import { MODEL_RUNNER_CONTRACT, type RunnerUnderTest } from './model-runner.contract.ts';

/** A scripted runner with one fault. */
class FaultyRunner implements ModelRunner {
  readonly maxSlots: number;
  readonly maxLength: number;
  readonly #change: (output: StepOutput, plan: StepPlan) => StepOutput;
  readonly #runner: ScriptedRunner;

  constructor(runner: ScriptedRunner, change: (output: StepOutput, plan: StepPlan) => StepOutput) {
    this.maxSlots = runner.maxSlots;
    this.maxLength = runner.maxLength;
    this.#runner = runner;
    this.#change = change;
  }

  async run(plan: StepPlan): Promise<StepOutput> {
    return this.#change(await this.#runner.run(plan), plan);
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }
}

const shiftLogits = (output: StepOutput, amount: number): StepOutput => ({
  ...output,
  watchedLogits: output.watchedLogits.map((logit) => logit + amount),
});

/** As if it belonged to the model, and so to all its runners. */
let firstPrefix: string | undefined;

const FAULTS: Record<string, (runner: ScriptedRunner) => RunnerUnderTest> = {
  'lets batch mates into the logits': (runner) => ({
    runner: new FaultyRunner(runner, (output, plan) => shiftLogits(output, plan.rows.length / 100)),
    numBytes: () => runner.numBytes,
  }),
  'gives rows in the order of their slots': (runner) => ({
    runner: new FaultyRunner(runner, (output, plan) => {
      const order = plan.rows
        .map((_, row) => row)
        .sort((a, b) => (plan.rows[a]?.slot ?? 0) - (plan.rows[b]?.slot ?? 0));
      return { ...output, tokenIds: Int32Array.from(order, (row) => output.tokenIds[row] ?? -1) };
    }),
    numBytes: () => runner.numBytes,
  }),
  'hands out the same array every step': (runner) => {
    const shared = new Float32Array(64);
    return {
      runner: new FaultyRunner(runner, (output) => {
        shared.set(output.watchedLogits);
        return { ...output, watchedLogits: shared.subarray(0, output.watchedLogits.length) };
      }),
      numBytes: () => runner.numBytes,
    };
  },
  'leaves a trace in a reused slot': (runner) => {
    const used = new Set<number>();
    return {
      runner: new FaultyRunner(runner, (output, plan) => {
        const reused = plan.kind === 'prefill' && plan.rows.some((row) => used.has(row.slot));
        for (const row of plan.rows) used.add(row.slot);
        return reused ? shiftLogits(output, 0.01) : output;
      }),
      numBytes: () => runner.numBytes,
    };
  },
  'sees padding in a prefill': (runner) => ({
    runner: new FaultyRunner(runner, (output, plan) => {
      const lengths = plan.kind === 'prefill' ? plan.rows.map((row) => row.tokenIds.length) : [1];
      return shiftLogits(output, Math.max(...lengths) - Math.min(...lengths));
    }),
    numBytes: () => runner.numBytes,
  }),
  'goes on with a prefix that it kept for other rows': (runner) => ({
    runner: new FaultyRunner(runner, (output, plan) => {
      if (plan.kind === 'decode' || !plan.numPrefixTokens) return output;
      const prefix = String([...plan.rows[0]!.tokenIds.subarray(0, plan.numPrefixTokens)]);
      firstPrefix ??= prefix;
      return firstPrefix === prefix ? output : shiftLogits(output, 0.01);
    }),
    numBytes: () => runner.numBytes,
  }),
  'keeps its memory after dispose': (runner) => ({ runner, numBytes: () => 1 }),
};

test.each(Object.entries(FAULTS))('the contract fails on a runner that %s', async (_name, makeFaulty) => {
  const harness = {
    vocabSize: 50,
    logitTolerance: 1e-4,
    create: (options: { maxSlots: number; maxLength: number }) =>
      Promise.resolve(makeFaulty(new ScriptedRunner({ ...options, rule: sumRule() }))),
  };
  const outcomes = await Promise.allSettled(
    MODEL_RUNNER_CONTRACT.map((contractCase) => contractCase.run(harness)),
  );
  expect(outcomes.some((outcome) => outcome.status === 'rejected')).toBe(true);
});
