/** The ModelRunner contract on WebGPU, in real Chromium on its software adapter. */
import { test, type Page } from '@playwright/test';
import { MODEL_RUNNER_CONTRACT } from '../contract/model-runner.contract.ts';
import type { Harness } from '../harness/harness.ts';

export function describeContract(numLayers: number, cases = MODEL_RUNNER_CONTRACT): void {
  test.describe(`the model runner contract: ONNX Runtime on WebGPU, q4, layers: ${numLayers}`, () => {
    // One page for all cases: the software adapter takes longer to compile the shaders than to run a case.
    let page: Page;
    test.beforeAll(async ({ browser }) => {
      page = await browser.newPage();
      await page.goto('test/harness/index.html');
    });
    test.afterAll(() => page.close());

    for (const { name } of cases) {
      test(name, () =>
        page.evaluate(
          ([caseName, layers]) =>
            (globalThis as unknown as { harness: Harness }).harness.runContractCase(caseName, layers),
          [name, numLayers] as const,
        ),
      );
    }
  });
}
