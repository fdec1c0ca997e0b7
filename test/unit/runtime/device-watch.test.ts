import { describe, expect, test } from 'vitest';
import { DeviceWatch } from '../../../src/runtime/device-watch.ts';
import { runFault } from '../../../src/runtime/onnx-model-runner.ts';
import { collectGarbage } from '../../fakes/collect-garbage.ts';

class GPUOutOfMemoryError extends Error {}

/** As much of a device as the watch sees. */
function fakeDevice() {
  const events = new EventTarget();
  let lose: (info: { message: string }) => void = () => undefined;
  const lost = new Promise((resolve) => (lose = resolve));
  const device = Object.assign(events, { lost }) as unknown as GPUDevice;
  const emit = (error: Error): boolean =>
    events.dispatchEvent(Object.assign(new Event('uncapturederror'), { error }));
  return { device, lose: () => lose({ message: 'gone' }), emit };
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('a device watch', () => {
  test('ends a task that would wait for a lost device for ever', async () => {
    const { device, lose } = fakeDevice();
    const watch = new DeviceWatch(device);
    const task = watch.guard(never);
    lose();
    await expect(task).rejects.toMatchObject({ code: 'device-lost', message: /gone/ });
  });

  test('refuses every task on a device that was lost between two', async () => {
    const { device, lose } = fakeDevice();
    const watch = new DeviceWatch(device);
    lose();
    await Promise.resolve();
    await expect(watch.guard(() => Promise.resolve(1))).rejects.toMatchObject({ code: 'device-lost' });
  });

  test('takes no result that came after memory had run out', async () => {
    const { device, emit } = fakeDevice();
    const watch = new DeviceWatch(device);
    const task = watch.guard(() => Promise.resolve().then(() => emit(new GPUOutOfMemoryError())));
    await expect(task).rejects.toMatchObject({ code: 'out-of-memory' });
  });

  test('tells of the loss, not of the error that came with it', async () => {
    const { device, lose } = fakeDevice();
    const watch = new DeviceWatch(device);
    const task = watch.guard(async () => {
      lose();
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error('mapAsync failed');
    });
    await expect(task).rejects.toMatchObject({ code: 'device-lost' });
  });

  test('does not mind other errors, nor the end of a device that its owner destroys', async () => {
    const { device, lose, emit } = fakeDevice();
    const watch = new DeviceWatch(device);
    emit(new Error('validation'));
    watch.close();
    lose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(watch.fault).toBeNull();
    expect(await watch.guard(() => Promise.resolve(7))).toBe(7);
  });
});

describe('memory', () => {
  test('no result of a task is held for as long as the device lives', async () => {
    const watch = new DeviceWatch(fakeDevice().device);
    const outputs: WeakRef<object>[] = [];
    for (let step = 0; step < 300; step++) {
      const output = await watch.guard(() => Promise.resolve({ logits: new Float32Array(1000) }));
      outputs.push(new WeakRef(output));
    }
    await collectGarbage();
    const numAlive = outputs.filter((output) => output.deref() !== undefined).length;
    expect(numAlive).toBeLessThanOrEqual(1); // the loop's last
    expect(watch.fault).toBeNull();
  });
});

describe('what a step threw', () => {
  test.each([
    [new RangeError('Array buffer allocation failed'), 'out-of-memory'],
    [new Error('std::bad_alloc'), 'out-of-memory'],
    [new WebAssembly.RuntimeError('memory access out of bounds'), 'out-of-memory'],
    [12_345_678, 'run-failed'],
    [new Error('GroupQueryAttention: batch_size must be 1'), 'run-failed'],
  ])('%s is %s', (thrown, code) => {
    expect(runFault(thrown)).toMatchObject({ name: 'Rank1Error', code });
  });
});
