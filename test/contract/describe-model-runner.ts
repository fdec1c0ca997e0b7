import { describe, test } from 'vitest';
import { MODEL_RUNNER_CONTRACT, type RunnerHarness } from './model-runner.contract.ts';

/** Runs the contract in vitest; `createHarness` is called once. */
export function describeModelRunner(
  name: string,
  createHarness: () => Promise<RunnerHarness> | RunnerHarness,
  cases = MODEL_RUNNER_CONTRACT,
): void {
  describe(`the model runner contract: ${name}`, () => {
    let harness: Promise<RunnerHarness> | undefined;
    test.each(cases)('$name', async (contractCase) => {
      harness ??= Promise.resolve(createHarness());
      await contractCase.run(await harness);
    });
  });
}
