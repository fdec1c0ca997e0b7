/** The page's side of the model store, with a worker that dies. */
import { describe, expect, test } from 'vitest';
import { ModelStoreClient } from '../../../src/client/model-store-client.ts';
import type { StoredModel } from '../../../src/protocol/model-store-api.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';

const MODEL: StoredModel = {
  name: 'm',
  address: 'opfs:m',
  dtypes: ['q4'],
  bytes: 1,
  storage: 'disk',
  unfinished: null,
};

/** Its first worker never answers; the next ones do. */
function createClient(): { client: ModelStoreClient; workers: FakeWorker[]; asked: Promise<void> } {
  const workers: FakeWorker[] = [];
  let onAsked!: () => void;
  const asked = new Promise<void>((resolve) => (onAsked = resolve));
  const client = new ModelStoreClient(() => {
    const isFirst = workers.length === 0;
    const list = (): Promise<StoredModel[]> => {
      onAsked();
      return isFirst ? new Promise(() => undefined) : Promise.resolve([MODEL]);
    };
    const worker = new FakeWorker({ list });
    workers.push(worker);
    return worker.asWorker;
  });
  return { client, workers, asked };
}

describe('when the worker dies', () => {
  test('a call in flight rejects with what to do, and the next one has a new worker', async () => {
    const { client, workers, asked } = createClient();
    const call = client.list();
    await asked;
    workers[0]!.crash('a fault');
    await expect(call).rejects.toMatchObject({ code: 'worker-failed', message: /a fault.*Try again/ });
    expect(workers[0]!.terminated).toBe(true);
    expect(await client.list()).toEqual([MODEL]);
    expect(workers).toHaveLength(2);
    client.dispose();
  });

  test('with a message that cannot be read, the call rejects too', async () => {
    const { client, workers, asked } = createClient();
    const call = client.list();
    await asked;
    workers[0]!.dispatchEvent(new Event('messageerror'));
    await expect(call).rejects.toMatchObject({ code: 'worker-failed' });
  });
});

test('where no worker can be started the call rejects, instead of throwing', async () => {
  const refused = new DOMException('blocked by the policy', 'SecurityError');
  const client = new ModelStoreClient(() => {
    throw refused;
  });
  let call: Promise<unknown> | undefined;
  expect(() => (call = client.list())).not.toThrow();
  await expect(call).rejects.toBe(refused);
});
