/**
 * The demo model on WebGPU in Node, loaded as the command line's engine loads it: transformers' tokens. Where `npm test`
 * has two chains here, test/webgpu/demo-chains.spec.ts has three in Chromium.
 */
import { expect, test } from 'vitest';
import { DiskFolder } from '../../src/model/node/disk-folder.ts';
import { loadRuntimeWith } from '../../workers/load-runtime.ts';
import { decodeChains } from '../conformance/decode-chains.ts';
import { slowDeviceChains } from '../harness/demo-chains.ts';
import { DEMO_MODEL } from '../harness/node-model.ts';
import { IS_FULL } from '../tier.ts';
import { softwareHost } from './software-adapter.ts';

const chains = IS_FULL ? slowDeviceChains : slowDeviceChains.slice(0, 2);

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
