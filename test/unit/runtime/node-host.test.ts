import { expect, it } from 'vitest';
import { inNode } from '../../../workers/node-surroundings.ts';

it('a thread of Node runs on as many threads as were asked for', async () => {
  const load = { model: 'file:///models/a/', device: 'cpu', numThreads: 3 } as const;
  expect(await inNode.openHost(load, () => undefined)).toMatchObject({ numNativeThreads: 3 });
});
