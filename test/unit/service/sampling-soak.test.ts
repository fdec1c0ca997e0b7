/** A sampled run of hundreds of steps on a watched device: no step's logits outlive it. */
import { expect, test } from 'vitest';
import type { ModelRunner, StepOutput, StepPlan } from '../../../src/engine/model-runner.ts';
import { DeviceWatch } from '../../../src/runtime/device-watch.ts';
import { RerankService } from '../../../src/service/rerank/rerank-service.ts';
import { collectGarbage } from '../../fakes/collect-garbage.ts';
import { ScriptedRuntime } from '../../fakes/scripted-runtime.ts';

/** A GPU device that nothing ever happens to. */
const device = Object.assign(new EventTarget(), {
  lost: new Promise(() => undefined),
}) as unknown as GPUDevice;

class WatchedRuntime extends ScriptedRuntime {
  readonly #watch = new DeviceWatch(device);
  readonly outputs: WeakRef<Float32Array>[] = [];

  override createRunner(options: Parameters<ScriptedRuntime['createRunner']>[0]): ModelRunner {
    const runner = super.createRunner(options);
    const run = async (plan: StepPlan): Promise<StepOutput> => {
      const output = await this.#watch.guard(() => runner.run(plan));
      if (output.logits) this.outputs.push(new WeakRef(output.logits));
      return output;
    };
    return { maxSlots: runner.maxSlots, maxLength: runner.maxLength, run, dispose: () => runner.dispose() };
  }
}

test('holds the logits of a few steps at most, however many it takes', async () => {
  const runtime = new WatchedRuntime({
    scriptOf: () => ({ chain: 'tea '.repeat(20), logits: [1, 0], allLogits: [-1000, 1, 1, 1] }),
  });
  const service = new RerankService(() => Promise.resolve(runtime));
  await service.load({ model: 'https://models.test/a/', device: 'webgpu' }, () => undefined);
  const request = {
    query: 'What is tea?',
    documents: Array.from({ length: 40 }, (_, place) => ({ text: `document ${place}` })),
    options: { samples: 2, maxSlots: 8 },
  };
  let numAlive = 0;
  let numLooks = 0;
  const summary = await service.rerank(request, () => {
    if (runtime.outputs.length < 100 * (numLooks + 1)) return;
    numLooks++;
    const looking = runtime.outputs;
    void collectGarbage().then(() => {
      numAlive = Math.max(numAlive, looking.filter((output) => output.deref() !== undefined).length);
    });
  });
  await collectGarbage();
  expect(summary.numFinished).toBe(40);
  expect(runtime.outputs.length).toBeGreaterThan(500);
  expect(numLooks).toBeGreaterThan(3);
  expect(numAlive).toBeLessThan(50); // steps go on while the garbage is collected
  expect(runtime.outputs.filter((output) => output.deref() !== undefined).length).toBeLessThanOrEqual(2);
});
