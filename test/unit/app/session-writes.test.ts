import { expect, test } from 'vitest';
import { SessionWrites } from '../../../src/app/session/session-writes.ts';

test('closing waits for the writes under way, and lets none begin afterwards', async () => {
  const writes = new SessionWrites();
  const events: string[] = [];
  let finish = (): void => undefined;
  const first = writes.do(async () => {
    await new Promise<void>((resolve) => (finish = resolve));
    events.push('written');
  });
  const closing = writes.close().then(() => events.push('closed'));
  await writes.do(async () => void events.push('too late'));
  finish();
  await Promise.all([first, closing]);
  expect(events).toEqual(['written', 'closed']);
});

test('writes in order wait for each other, also for one that fails, and closing waits for them all', async () => {
  const writes = new SessionWrites();
  const events: string[] = [];
  let fail = (): void => undefined;
  const first = writes.doInOrder(async () => {
    await new Promise<void>((resolve) => (fail = resolve));
    events.push('failed');
    throw new Error('full');
  });
  const second = writes.doInOrder(async () => void events.push('written'));
  await writes.do(async () => void events.push('at once'));
  const closing = writes.close().then(() => events.push('closed'));
  fail();
  await expect(first).rejects.toThrow('full');
  await Promise.all([second, closing]);
  expect(events).toEqual(['at once', 'failed', 'written', 'closed']);
});

test('a write that fails is told to whoever asked for it, and does not keep the session open', async () => {
  const writes = new SessionWrites();
  await expect(writes.do(() => Promise.reject(new Error('full')))).rejects.toThrow('full');
  await writes.close();
});
