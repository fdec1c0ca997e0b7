/** What the model page's worker decides by itself; downloads have tests of their own. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DOWNLOAD_TOOLS } from '../../../src/model/download/limits.ts';
import { MemoryStore } from '../../../src/model/store/memory-store.ts';
import type { DeviceReport } from '../../../src/protocol/model-store-api.ts';
import { ModelStoreService, proposeName } from '../../../src/service/model-store-service.ts';
import { ModelServer } from '../../fakes/model-server.ts';
import { servedModel } from '../../fakes/served-model.ts';

const WEIGHT_BYTES = 300_000;
const DEVICE: DeviceReport = {
  adapter: null,
  isolated: true,
  jspi: true,
  threads: 2,
  memoryBytes: null,
  storage: { usedBytes: 0, quotaBytes: 1e9, persistent: false },
  storesModels: true,
  device: 'wasm',
  deviceReason: '',
  dtype: 'q4',
  dtypeReason: '',
};

let server: ModelServer;

beforeEach(async () => {
  server = new ModelServer(servedModel(WEIGHT_BYTES));
  await server.listen();
});

afterEach(async () => {
  await server.close();
});

/** Its disk is in memory, too. */
function createService(quotaBytes = 1e9): ModelStoreService {
  const storage = { usedBytes: 0, quotaBytes, persistent: false };
  return new ModelStoreService({
    disk: Object.assign(new MemoryStore(), { kind: 'disk' as const }) as never,
    memory: new MemoryStore(),
    tools: DOWNLOAD_TOOLS,
    device: () => Promise.resolve({ ...DEVICE, storage }),
    convert: () => Promise.reject(new Error('nothing is converted here')),
  });
}

const request = (storage: 'disk' | 'memory' = 'disk') => ({
  url: server.url,
  name: 'm',
  dtype: 'q4',
  storage,
});

describe('a model', () => {
  test('is described before it is fetched, with the version that suits the device', async () => {
    const offer = await createService().inspect(server.url);
    expect(offer).toMatchObject({ name: 'model', recommended: 'q4' });
    expect(offer.versions.map(({ dtype, missingBytes }) => [dtype, missingBytes > 2 * WEIGHT_BYTES])).toEqual(
      [
        ['q4', true],
        ['fp32', true],
      ],
    );
    expect(server.requests.map(({ path }) => path)).toEqual(['rank1.json']);
  });

  test('for which there is no room is refused before anything is fetched, and can be kept in memory', async () => {
    const service = createService(1_000_000);
    await expect(service.download(request(), () => undefined)).rejects.toMatchObject({
      code: 'storage',
      message: /needs 1 MB, and this browser gives the page 1 MB/,
    });
    expect(server.requests.every(({ path }) => path === 'rank1.json')).toBe(true);
    const model = await service.download(request('memory'), () => undefined);
    expect(model).toMatchObject({ storage: 'memory', address: null, dtypes: ['q4'] });
    expect(Object.keys(await service.files('m'))).toContain('onnx/model_q4.onnx_data_1');
  });

  test('is listed, and gone when it is deleted', async () => {
    const service = createService();
    await service.download(request(), () => undefined);
    expect(await service.list()).toMatchObject([{ name: 'm', address: 'opfs:m', unfinished: null }]);
    await service.removeAll();
    expect(await service.list()).toEqual([]);
  });

  test('that is stopped is listed as unfinished, and taken up', async () => {
    const service = createService();
    const stopped = service.download(request(), ({ loadedBytes }) => {
      if (loadedBytes > 100_000) service.pause('m');
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    const [left] = await service.list();
    expect(left).toMatchObject({ dtypes: [], unfinished: { dtype: 'q4', url: server.url } });
    expect(left!.unfinished!.loadedBytes).toBeGreaterThan(0);
    expect(await service.download(request(), () => undefined)).toMatchObject({
      dtypes: ['q4'],
      unfinished: null,
    });
  });

  test.each(['../x', 'A', ''])('is not stored under the name %j', async (name) => {
    const call = createService().download({ ...request(), name }, () => undefined);
    await expect(call).rejects.toThrow(TypeError);
  });

  test.each(['file:///etc/', 'javascript:alert(1)'])('is not fetched from %s', async (url) => {
    await expect(createService().inspect(url)).rejects.toThrow(TypeError);
  });
});

test.each([
  ['https://huggingface.co/jhu-clsp/rank1-0.5b/resolve/main/', 'rank1-0.5b'],
  ['https://huggingface.co/jhu-clsp/rank1-0.5b/resolve/v2/', 'rank1-0.5b-v2'],
  ['https://models.test/My%20Model/', 'my-20model'],
  ['https://models.test/', 'model'],
])('%s is called %s', (url, name) => {
  expect(proposeName(url)).toBe(name);
});
