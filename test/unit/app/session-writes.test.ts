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

test('a write that fails is told to whoever asked for it, and does not keep the session open', async () => {
  const writes = new SessionWrites();
  await expect(writes.do(() => Promise.reject(new Error('full')))).rejects.toThrow('full');
  await writes.close();
});
