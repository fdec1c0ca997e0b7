/** The demo model on WebGPU in Node, loaded as the command line's engine loads it: transformers' tokens. */
import { expect, test } from 'vitest';
import { DiskFolder } from '../../src/model/node/disk-folder.ts';
import { loadRuntimeWith } from '../../workers/load-runtime.ts';
import { decodeChains } from '../conformance/decode-chains.ts';
import { slowDeviceChains } from '../harness/demo-chains.ts';
import { DEMO_MODEL } from '../harness/node-model.ts';
import { softwareHost } from './software-adapter.ts';

test(`decodes ${slowDeviceChains.length} chains in one batch as transformers does, token for token`, async () => {
  const load = loadRuntimeWith({
    openFolder: () => Promise.resolve(new DiskFolder(DEMO_MODEL)),
    openHost: softwareHost,
  });
  const model = await load({ model: DEMO_MODEL, device: 'webgpu', warmUp: false }, () => undefined);
  try {
    expect(model.device).toBe('webgpu');
    const decoded = await decodeChains(model, slowDeviceChains, slowDeviceChains.length);
    expect(decoded).toEqual(slowDeviceChains.map(({ newTokenIds }) => newTokenIds));
  } finally {
    await model.dispose();
  }
});
