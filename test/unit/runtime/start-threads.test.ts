import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { identityModel } from '../../../src/runtime/start-threads.ts';

it('the model that starts the threads is valid, and the identity', async () => {
  const session = await InferenceSession.create(identityModel());
  const { y } = await session.run({ x: new Tensor('float32', [2.5], [1]) });
  expect(y?.data).toEqual(Float32Array.of(2.5));
  await session.release();
});
