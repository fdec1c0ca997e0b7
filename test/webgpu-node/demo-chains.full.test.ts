/**
 * The demo model on WebGPU in Node, loaded as the command line's engine loads it: transformers' tokens. `npm test` has three
 * chains in Chromium (test/webgpu/demo-chains.spec.ts), and the runner contract here.
 */
import { expect, test } from 'vitest';
import { DiskFolder } from '../../src/model/node/disk-folder.ts';
import { loadRuntimeWith } from '../../workers/load-runtime.ts';
import { decodeChains } from '../conformance/decode-chains.ts';
import { slowDeviceChains as chains } from '../harness/demo-chains.ts';
import { DEMO_MODEL } from '../harness/node-model.ts';
import { softwareHost } from './software-adapter.ts';

test(`decodes ${chains.length} chains in one batch as transformers does, token for token`, async () => {
  const load = loadRuntimeWith({
    openFolder: () => Promise.resolve(new DiskFolder(DEMO_MODEL)),
    openHost: softwareHost,
  });
  const model = await load({ model: DEMO_MODEL, device: 'webgpu', warmUp: false }, () => undefined);
  try {
    expect(model.device).toBe('webgpu');
    const decoded = await decodeChains(model, chains, chains.length);
    expect(decoded).toEqual(chains.map(({ newTokenIds }) => newTokenIds));
  } finally {
    await model.dispose();
  }
});
