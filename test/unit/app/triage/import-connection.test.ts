import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { IMPORT_LIMITS } from '../../../../src/app/import/import-limits.ts';
import { ImportConnection } from '../../../../src/app/triage/import-connection.ts';
import type { FromWorker, ToWorker } from '../../../../src/protocol/worker-calls.ts';

const LIMIT_MS = IMPORT_LIMITS.maxSilentMinutes * 60_000;
const dropped = { path: 'x.pdf', file: new File(['x'], 'x.pdf') };

/** Answers nothing by itself. */
class SilentWorker extends EventTarget {
  readonly calls: Extract<ToWorker, { type: 'call' }>[] = [];
  isTerminated = false;

  postMessage(message: ToWorker): void {
    if (message.type === 'call') this.calls.push(message);
  }

  answer(message: FromWorker): void {
    this.dispatchEvent(new MessageEvent('message', { data: message }));
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

const workers: SilentWorker[] = [];
const connect = () =>
  new ImportConnection(() => {
    const worker = new SilentWorker();
    workers.push(worker);
    return worker as unknown as Worker;
  });

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  workers.length = 0;
});

test('a reader that hangs is terminated, its file told as not read, and the next file gets another', async () => {
  const connection = connect();
  const reading = connection.importFile(dropped, new AbortController().signal, () => undefined);
  await vi.advanceTimersByTimeAsync(LIMIT_MS - 1);
  expect(workers[0]?.isTerminated).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await reading).toEqual([
    expect.objectContaining({ path: 'x.pdf', error: { code: 'took-too-long', numbers: [5] } }),
  ]);
  expect(workers[0]?.isTerminated).toBe(true);

  const next = connection.importFile(dropped, new AbortController().signal, () => undefined);
  await vi.advanceTimersByTimeAsync(0);
  workers[1]?.answer({ type: 'done', id: workers[1].calls[0]?.id ?? 0, value: [] });
  expect(await next).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a reader that reports pages or nested files has time for each', async () => {
  const onUpdate = vi.fn();
  const reading = connect().importFile(dropped, new AbortController().signal, onUpdate);
  await vi.advanceTimersByTimeAsync(0);
  const [worker] = workers;
  const id = worker?.calls[0]?.id ?? 0;
  for (let page = 1; page <= 3; page++) {
    await vi.advanceTimersByTimeAsync(LIMIT_MS * 0.9);
    worker?.answer({ type: 'update', id, values: [page, 'x.pdf'] });
  }
  worker?.answer({ type: 'done', id, value: [] });
  expect(await reading).toEqual([]);
  expect(onUpdate.mock.calls).toEqual([
    [1, 'x.pdf'],
    [2, 'x.pdf'],
    [3, 'x.pdf'],
  ]);
});

test('a file that is cancelled is not told as hanging', async () => {
  const cancel = new AbortController();
  const reading = connect().importFile(dropped, cancel.signal, () => undefined);
  cancel.abort();
  expect(await reading).toBeNull();
});

test('a file that is cancelled, or hangs, takes none along that is read at the same time', async () => {
  const connection = connect();
  const cancel = new AbortController();
  const cancelled = connection.importFile(dropped, cancel.signal, () => undefined);
  const other = connection.importFile(
    { ...dropped, path: 'y.pdf' },
    new AbortController().signal,
    () => undefined,
  );
  const extracted = connection.extractFile('z.zip', dropped.file, 'z.zip/z.pdf');
  await vi.advanceTimersByTimeAsync(LIMIT_MS / 2);
  cancel.abort();
  expect(await cancelled).toBeNull();
  const reader = workers.find(({ calls }) => calls.some(({ args }) => args[0] === 'y.pdf'));
  const id = reader?.calls[0]?.id ?? 0;
  reader?.answer({ type: 'update', id, values: [1, 'y.pdf'] });
  await vi.advanceTimersByTimeAsync(LIMIT_MS / 2);
  expect(await extracted).toBeNull();
  reader?.answer({ type: 'done', id, value: [] });
  expect(await other).toEqual([]);
  expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false, true]);
});

test('files that are read one after the other share a worker, and closing ends all', async () => {
  const connection = connect();
  const read = async () => {
    const reading = connection.importFile(dropped, new AbortController().signal, () => undefined);
    await vi.advanceTimersByTimeAsync(0);
    const worker = workers.find(({ isTerminated }) => !isTerminated);
    worker?.answer({ type: 'done', id: worker.calls.at(-1)?.id ?? 0, value: [] });
    return reading;
  };
  expect([await read(), await read(), workers.length]).toEqual([[], [], 1]);
  void connection.importFile(dropped, new AbortController().signal, () => undefined);
  void connection.importFile(dropped, new AbortController().signal, () => undefined);
  connection.close();
  expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, true]);
});
