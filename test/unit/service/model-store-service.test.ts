/** What the model page's worker decides by itself; downloads have tests of their own. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DOWNLOAD_TOOLS } from '../../../src/model/download/limits.ts';
import { MemoryStore } from '../../../src/model/store/memory-store.ts';
import type { DeviceReport } from '../../../src/protocol/model-store-api.ts';
import { freeName, proposeName } from '../../../src/service/models/stored-folders.ts';
import { ModelStoreService } from '../../../src/service/models/model-store-service.ts';
import type { ModelStore } from '../../../src/model/store/model-store.ts';
import { DEVICE_WITHOUT_GPU } from '../../fakes/model-facts.ts';
import { ModelServer } from '../../fakes/model-server.ts';
import { servedModel } from '../../fakes/served-model.ts';

const WEIGHT_BYTES = 300_000;
const DEVICE: DeviceReport = {
  ...DEVICE_WITHOUT_GPU,
  storage: { usedBytes: 0, quotaBytes: 1e9, persistent: false },
};

let server: ModelServer;
let converted: string[];
/** What a conversion does. */
let convert: (signal: AbortSignal) => Promise<void>;

beforeEach(async () => {
  converted = [];
  convert = () => Promise.resolve();
  server = new ModelServer(servedModel(WEIGHT_BYTES));
  await server.listen();
});

afterEach(async () => {
  await server.close();
});

/** Its disk is in memory, too. */
function createService(
  quotaBytes = 1e9,
  disk: ModelStore = new MemoryStore(),
  tools = DOWNLOAD_TOOLS,
): ModelStoreService {
  const storage = { usedBytes: 0, quotaBytes, persistent: false };
  return new ModelStoreService({
    disk: Object.assign(disk, { kind: 'disk' as const }) as never,
    memory: new MemoryStore(),
    tools,
    device: () => Promise.resolve({ ...DEVICE, storage }),
    convert: async (call, _report, signal) => {
      converted.push(call.name);
      await convert(signal);
      return ['A key is not known.'];
    },
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
    if (offer.kind !== 'model') throw new Error('not a model');
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

/** A model folder as a person picks it. */
const picked = (seed = 1): Record<string, Blob> =>
  Object.fromEntries(
    [...servedModel(WEIGHT_BYTES, seed)].map(([path, content]) => [
      path,
      new Blob([new Uint8Array(content)]),
    ]),
  );
/** The same files, and a manifest that says something else of them. */
async function pickedWith(settings: object): Promise<Record<string, Blob>> {
  const files = picked();
  const manifest = JSON.parse(await files['rank1.json']!.text()) as object;
  return { ...files, 'rank1.json': new Blob([JSON.stringify({ ...manifest, ...settings })]) };
}
const nothing = (): void => undefined;

describe('a model that is whole', () => {
  test('is never replaced: not by a folder, a download or a conversion of the same name', async () => {
    const disk = new MemoryStore();
    const service = createService(1e9, disk);
    await service.keep('m', picked(), nothing);
    const before = await bytesOf(disk, 'm');
    const damaged = { ...picked(2), 'onnx/model_q4.onnx_data': new Blob(['x']) };
    await expect(service.keep('m', damaged, nothing)).rejects.toMatchObject({ code: 'storage' });
    await expect(service.keep('m', picked(2), nothing)).rejects.toMatchObject({
      message: /another model called m/,
    });
    await expect(service.download(request(), nothing)).rejects.toMatchObject({ code: 'storage' });
    const conversion = { name: 'm', dtype: 'q4', source: { url: 'https://hub.test/x' } };
    await expect(service.convert(conversion, nothing)).rejects.toMatchObject({ code: 'storage' });
    expect(await bytesOf(disk, 'm')).toEqual(before);
    expect(converted).toEqual([]);
  });

  test('gives its name to no other: the next one gets a number', async () => {
    const service = createService();
    expect(await service.nameFor('My Model!')).toBe('my-model-');
    await service.keep('m', picked(), nothing);
    expect(await service.nameFor('M')).toBe('m-2');
    await service.keep('m-2', picked(2), nothing);
    expect(await service.nameFor('m')).toBe('m-3');
  });

  test('and is picked again is found, not copied', async () => {
    const service = createService();
    await service.keep('m', picked(), nothing);
    expect(await service.keep('m-2', picked(), nothing)).toMatchObject({ name: 'm' });
    expect(await service.list()).toHaveLength(1);
  });

  test('and is picked again with another manifest gets that, and is not copied', async () => {
    const disk = new MemoryStore();
    const service = createService(1e9, disk);
    await service.keep('m', picked(), nothing);
    const weights = await (await disk.folder('m')).read('onnx/model_q4.onnx_data');
    const updated = await pickedWith({ defaultMaxNewTokens: 77 });
    expect(await service.keep('m-2', updated, nothing)).toMatchObject({ name: 'm' });
    expect(await service.list()).toHaveLength(1);
    const manifest = await (await disk.folder('m')).read('rank1.json');
    expect(await manifest?.text()).toBe(await updated['rank1.json']!.text());
    expect(await (await disk.folder('m')).read('onnx/model_q4.onnx_data')).toBe(weights);
  });

  test('and is picked again with another manifest is still found by the address of its download', async () => {
    const service = createService();
    const download = (dtype: string) => service.download({ ...request(), name: 'model', dtype }, nothing);
    for (const dtype of ['fp32', 'q4']) await download(dtype);
    const source = { name: 'jhu-clsp/rank1-0.5b', revision: null };
    const updated = await pickedWith({ source, defaultMaxNewTokens: 77 });
    expect(await service.keep('m-2', updated, nothing)).toMatchObject({ name: 'model' });
    expect(await service.inspect(server.url)).toMatchObject({
      name: 'model',
      versions: [{ missingBytes: 0 }, { missingBytes: 0 }],
    });
    expect(await download('q4')).toMatchObject({ name: 'model' });
  });

  test('and is picked again keeps the manifest of its download, which says the same and where it is from', async () => {
    const service = createService();
    for (const dtype of ['fp32', 'q4'])
      await service.download({ ...request(), name: 'model', dtype }, nothing);
    expect(await service.keep('m-2', picked(), nothing)).toMatchObject({ name: 'model' });
    expect(await service.inspect(server.url)).toMatchObject({ name: 'model' });
  });

  test('is found by its address when it is looked up again, and another address gets another name', async () => {
    const service = createService();
    await service.download({ ...request(), name: 'model' }, nothing);
    expect(await service.inspect(server.url)).toMatchObject({ name: 'model' });
    const other = server.url.replace('127.0.0.1', 'localhost');
    expect(await service.inspect(other)).toMatchObject({ name: 'model-2' });
  });

  test('of a checkpoint that another tab has converted meanwhile is not converted again', async () => {
    const disk = new MemoryStore();
    const service = createService(1e9, disk);
    const manifest = JSON.parse(servedModel(10).get('rank1.json')!.toString()) as object;
    const source = { name: 'https://hub.test/x/resolve/main', revision: null };
    await (await disk.folder('x')).replace('rank1.json', JSON.stringify({ ...manifest, source }));
    const call = { name: 'x', dtype: 'q4', source: { url: 'https://hub.test/x/resolve/main/' } };
    expect(await service.convert(call, nothing)).toMatchObject({ name: 'x', dtypes: ['q4', 'fp32'] });
    expect(converted).toEqual([]);
  });
});

async function bytesOf(store: MemoryStore, name: string): Promise<Record<string, string>> {
  const folder = await store.folder(name);
  const found: Record<string, string> = {};
  for (const path of servedModel(WEIGHT_BYTES).keys()) {
    found[path] = Buffer.from(await (await folder.read(path))!.arrayBuffer()).toString('base64');
  }
  return found;
}

describe('without room', () => {
  test('nothing is copied or converted, and it is said what to do', async () => {
    const service = createService(17_000_000);
    await expect(service.keep('m', picked(), nothing)).rejects.toMatchObject({
      code: 'storage',
      message: /use it without copying/,
    });
    const url = 'https://hub.test/x';
    const conversion = { name: 'x', dtype: 'q4', source: { url, bytes: 10_000_000 } };
    await expect(service.convert(conversion, nothing)).rejects.toMatchObject({ message: /needs 4 MB/ });
    expect(converted).toEqual([]);
    const stored = await service.convert({ ...conversion, source: { url, bytes: 100_000 } }, nothing);
    expect(stored.warnings).toEqual(['A key is not known.']);
    expect(converted).toEqual(['x']);
  });
});

describe('what a copy that broke off has left', () => {
  test('is listed with its size, can be written over, and is deleted', async () => {
    const disk = new MemoryStore();
    const service = createService(1e9, disk);
    const file = await (await disk.folder('m')).open('onnx/model_q4.onnx_data');
    file.write(new Uint8Array(1000), 0);
    expect(await service.list()).toMatchObject([{ name: 'm', dtypes: [], bytes: 1000, unfinished: null }]);
    expect(await service.nameFor('m')).toBe('m');
    await service.removeAll();
    expect(await service.list()).toEqual([]);
  });
});

test('what a conversion writes is no leftover while it runs; removing it ends the conversion', async () => {
  const disk = new MemoryStore();
  const service = createService(1e9, disk);
  convert = async (signal) => {
    const file = await (await disk.folder('m~new')).open('onnx/model_q4.onnx_data');
    file.write(new Uint8Array(1000), 0);
    expect(await service.list()).toEqual([]);
    await service.remove('m~new');
    expect(signal.aborted).toBe(true);
  };
  await service.convert({ name: 'm', dtype: 'q4', source: { url: 'https://hub.test/x' } }, nothing);
  expect(converted).toEqual(['m']);
});

describe('an address without rank1.json', () => {
  beforeEach(() => {
    server.files.delete('rank1.json');
  });

  test('that holds safetensors is offered for conversion, with its size', async () => {
    server.files.set('model.safetensors', Buffer.alloc(1234));
    expect(await createService().inspect(server.url)).toMatchObject({
      kind: 'checkpoint',
      name: 'model',
      bytes: 1234,
      recommended: 'q4',
    });
    expect(server.sent.get('model.safetensors')).toBe(1);
  });

  test("is asked of the server, whatever the browser's cache holds", async () => {
    const modes = new Set<RequestCache | undefined>();
    const watched: typeof fetch = (url, init) => {
      modes.add(init?.cache);
      return fetch(url, init);
    };
    server.files.set('model.safetensors', Buffer.alloc(1234));
    const tools = { ...DOWNLOAD_TOOLS, fetch: watched };
    await createService(1e9, new MemoryStore(), tools).inspect(server.url);
    expect([...modes]).toEqual(['no-cache']);
  });

  test('that holds safetensors in parts is as large as its index says', async () => {
    const index = { metadata: { total_size: 5_000_000_000 }, weight_map: {} };
    server.files.set('model.safetensors.index.json', Buffer.from(JSON.stringify(index)));
    expect(await createService().inspect(server.url)).toMatchObject({
      kind: 'checkpoint',
      bytes: 5_000_000_000,
    });
  });

  test('that holds none is refused, saying what is missing', async () => {
    await expect(createService().inspect(server.url)).rejects.toMatchObject({
      code: 'model-not-found',
      message: /neither a rank1.json.* nor a config.json with safetensors/,
    });
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

test('a number is added to a name that is taken', () => {
  expect(freeName('a', new Set())).toBe('a');
  expect(freeName('a', new Set(['a', 'a-2']))).toBe('a-3');
});
