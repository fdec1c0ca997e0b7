import { describe, expect, test } from 'vitest';
import { createSession } from '../../../src/runtime/session.ts';
import type { OrtRuntime } from '../../../src/runtime/ort.ts';

const FILES = { onnx: new Uint8Array(1), externalData: [] };
const GPU = {} as GPUDevice;

/** A runtime that refuses every graph with these words. */
function refusing(message: string): OrtRuntime {
  const create = () => Promise.reject(new Error(message));
  const ort = { InferenceSession: { create } } as unknown as OrtRuntime['ort'];
  return { ort, exclusive: (task) => task() };
}

describe('a session that cannot be made', () => {
  test.each([
    ['on the CPU, whose word on the graph counts', 'Protobuf parsing failed.', null, 'model-corrupt'],
    ['on a GPU, which may be what is too small', 'Binding size is larger', GPU, 'device-unavailable'],
    ['on a GPU without memory', 'failed to allocate a buffer', GPU, 'out-of-memory'],
    ['where the runtime is missing', 'no available backend found. ERR: 404', GPU, 'network'],
    ['where the runtime is missing, on the CPU', 'no available backend found. ERR: 404', null, 'network'],
  ])('%s, is told of with the code that fits', async (_where, message, device, code) => {
    await expect(createSession(refusing(message), FILES, device)).rejects.toMatchObject({ code });
  });
});
