import { describe, expect, it } from 'vitest';
import { FAULT_TIMES, Recovery } from '../../../src/client/recovery.ts';
import { Rank1Error, type Rank1ErrorCode } from '../../../src/base/errors.ts';

/** What a backend says of a model that it loaded; only what is told about the device can change. */
const MODEL = {
  device: 'webgpu',
  deviceReason: 'There is a GPU.',
  deviceCause: { code: 'adapter', name: 'gpu' },
  dtype: 'q4',
  maxPositions: 64,
  canReason: true,
} as const;
const LOAD = { model: 'https://models.test/a/', device: 'auto' } as const;

const recovery = (load: Recovery['load'] = LOAD, maxSlots?: number) =>
  new Recovery(load, FAULT_TIMES, maxSlots);
const fault = (code: Rank1ErrorCode) => new Rank1Error(code, 'It broke.');

describe('a recovery', () => {
  it('waits longer after the second failure than after the first, and stops at the third', () => {
    const tried = recovery();
    expect(tried.failed(fault('run-failed'))).toBe(250);
    expect(tried.failed(fault('run-failed'))).toBe(2000);
    expect(() => tried.failed(fault('run-failed'))).toThrow(
      /3 times in a row.*kept.*Choose another.*It broke/,
    );
  });

  it('starts to count anew when a verdict came', () => {
    const tried = recovery();
    for (let round = 0; round < 10; round++) {
      tried.failed(fault('device-lost'));
      tried.failed(fault('worker-failed'));
      tried.progressed();
    }
    expect(tried.numFailures).toBe(0);
  });

  it('does not count what one document failed of alone, up to three in a row', () => {
    const tried = recovery();
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 2; n++) tried.failed(fault('run-failed'));
      for (let n = 0; n < 2; n++) {
        tried.setAside();
        expect(tried.failed(fault('run-failed'))).toBe(2000);
      }
      if (round === 0) tried.progressed();
    }
    tried.setAside();
    expect(() => tried.failed(fault('run-failed'))).toThrow(/5 times in a row/);
  });

  it('takes half the rows each time memory runs out, and one at least', () => {
    const tried = recovery(LOAD, 5);
    tried.failed(fault('out-of-memory'));
    expect(tried.maxSlots).toBe(2);
    tried.progressed();
    tried.failed(fault('out-of-memory'));
    tried.failed(fault('out-of-memory'));
    expect(tried.maxSlots).toBe(1);
  });

  it('takes half of what the worker would take, where the caller did not say', () => {
    const tried = recovery();
    tried.failed(fault('out-of-memory'));
    expect(tried.maxSlots).toBe(8);
    tried.failed(fault('run-failed'));
    expect(tried.maxSlots).toBe(8);
  });

  it('begins to halve at the rows that there is work for', () => {
    const tried = recovery();
    tried.begins(5);
    tried.failed(fault('out-of-memory'));
    expect(tried.maxSlots).toBe(2);
    tried.begins(5);
    tried.failed(fault('out-of-memory'));
    expect(tried.maxSlots).toBe(1);
  });

  it('goes to the CPU as the last resort, and stays there', () => {
    const tried = recovery();
    tried.failed(fault('device-lost'));
    expect(tried.load.device).toBe('auto');
    tried.failed(fault('out-of-memory'));
    expect(tried.load.device).toBe('wasm');
    expect(tried.fallback).toEqual({}); // not before it was loaded there
    tried.loaded(MODEL);
    expect(tried.fallback).toEqual({ device: 'wasm' });
    tried.progressed();
    expect(tried.load.device).toBe('wasm');
  });

  it('goes to the CPU that the engine has, and says nothing of a browser in the end', () => {
    const tried = new Recovery(LOAD, { ...FAULT_TIMES, cpu: 'cpu' });
    tried.loaded(MODEL);
    for (let n = 0; n < 2; n++) tried.failed(fault('worker-failed'));
    expect(tried.load.device).toBe('cpu');
    expect(tried.loaded({ ...MODEL, device: 'cpu' })).toMatchObject({ deviceCause: { code: 'gpu-failed' } });
    expect(() => tried.failed(fault('worker-failed'))).toThrow(/^(?!.*([Pp]age|[Tt]ab)).*Start again/);
  });

  it('stays with the CPU that auto chose, and blames no GPU', () => {
    const model = {
      ...MODEL,
      device: 'cpu',
      deviceReason: 'No GPU.',
      deviceCause: { code: 'no-adapter' },
    } as const;
    const tried = recovery();
    tried.loaded(model);
    for (let n = 0; n < 2; n++) tried.failed(fault('worker-failed'));
    expect(tried.load).toEqual(LOAD);
    expect(tried.loaded(model)).toEqual(model);
  });

  it('tries the GPU again, and tells of its fault, where the CPU cannot run the model', () => {
    const tried = recovery();
    tried.loaded(MODEL);
    tried.failed(fault('device-lost'));
    tried.failed(fault('run-failed'));
    expect(tried.load.device).toBe('wasm');
    expect(tried.failed(fault('device-unavailable'))).toBe(2000);
    expect(tried.load).toEqual(LOAD);
    expect(tried.fallback).toEqual({});
    expect(() => tried.failed(fault('device-lost'))).toThrow(/3 times in a row.*Close other pages/);
  });

  it('goes to the CPU at once where the GPU cannot run the model, and tells of the GPU where neither can', () => {
    const [cpuRuns, noneRuns] = [recovery(), recovery()];
    const refusal = fault('device-unavailable');
    for (const tried of [cpuRuns, noneRuns]) {
      expect(tried.failed(refusal)).toBe(250);
      expect(tried.load.device).toBe('wasm');
    }
    cpuRuns.loaded(MODEL);
    expect(cpuRuns.fallback).toEqual({ device: 'wasm' });
    expect(() => noneRuns.failed(fault('device-unavailable'))).toThrow(refusal);
  });

  it.each(['webgpu', 'wasm'] as const)('keeps to the device %s, which the caller chose', (device) => {
    const tried = recovery({ ...LOAD, device });
    tried.failed(fault('device-lost'));
    tried.failed(fault('device-lost'));
    expect(tried.load.device).toBe(device);
    expect(tried.fallback).toEqual({});
  });

  it.each(['network', 'storage'] as const)('does not change the device for a fault of %s', (code) => {
    const tried = recovery();
    tried.failed(fault(code));
    tried.failed(fault(code));
    expect(tried.load.device).toBe('auto');
  });

  it.each([
    'model-not-found',
    'model-corrupt',
    'model-unsupported',
    'option-unsupported',
    'tokenizer-unsupported',
    'device-unavailable',
  ] as const)('rethrows %s at once, as another try would meet the same', (code) => {
    const error = fault(code);
    expect(() => recovery({ ...LOAD, device: 'webgpu' }).failed(error)).toThrow(error);
  });

  it('waits for a device that was there once', () => {
    const tried = recovery({ ...LOAD, device: 'webgpu' });
    tried.loaded(MODEL);
    tried.failed(fault('device-lost'));
    expect(tried.failed(fault('device-unavailable'))).toBe(2000);
  });

  it('keeps the code in the end', () => {
    const tried = recovery();
    for (let n = 0; n < 2; n++) tried.failed(fault('out-of-memory'));
    expect(() => tried.failed(fault('out-of-memory'))).toThrow(
      expect.objectContaining({ code: 'out-of-memory' }) as Error,
    );
  });

  it('ends with a sentence that says what to do also for what was not foreseen', () => {
    const tried = recovery();
    const bug = new TypeError('x is undefined');
    for (let n = 0; n < 2; n++) tried.failed(bug);
    expect(() => tried.failed(bug)).toThrow(
      expect.objectContaining({
        code: 'worker-failed',
        message: expect.stringMatching(/3 times in a row.*Start again.*x is undefined/) as string,
        cause: bug,
      }) as Error,
    );
  });

  it.each(['storage', 'model-not-found', 'device-unavailable'] as const)(
    'leaves the advice for %s to its own message',
    (code) => {
      const tried = recovery({ ...LOAD, device: 'wasm' });
      tried.loaded(MODEL);
      for (let n = 0; n < 2; n++) tried.failed(fault('network'));
      expect(() => tried.failed(fault(code))).toThrow(/are kept\. The last failure: It broke\./);
    },
  );
});
