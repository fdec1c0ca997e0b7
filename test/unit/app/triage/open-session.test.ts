/** One session at a time, in one tab at a time. Two pages share a store and the browser's locks. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MemoryStore } from '../../../../src/app/session/memory-store.ts';
import type { SessionStore } from '../../../../src/app/session/session-store.ts';
import type { TriageSession } from '../../../../src/app/session/triage-session.ts';
import { OpenSession } from '../../../../src/app/triage/open-session.ts';
import { Reranker } from '../../../../src/client/reranker.ts';
import { eventually } from '../../../fakes/eventually.ts';
import { FakeLocks } from '../../../fakes/fake-locks.ts';

let locks: FakeLocks;

beforeEach(() => {
  locks = new FakeLocks();
  vi.stubGlobal('navigator', { locks });
});
afterEach(() => vi.unstubAllGlobals());

function openPage(store: SessionStore) {
  const modelUrl = 'https://example.test/models/demo/';
  const createWorker = (): Worker => {
    throw new Error('no worker was expected');
  };
  const opened: TriageSession[] = [];
  const onChange = vi.fn();
  const models = () => ({ reranker: new Reranker({ model: modelUrl, createWorker }), modelUrl });
  const page = new OpenSession(store, models, { onOpen: (session) => opened.push(session), onChange });
  return { page, opened, onChange };
}

test('a session is opened, another in its place, and the first again', async () => {
  const { page, opened, onChange } = openPage(new MemoryStore());
  await page.openLast();
  const first = page.session;
  await first?.rename('First');
  await page.openNew();
  await eventually(() => expect(locks.numHeld).toBe(1));
  expect(page.session).not.toBe(first);
  await first?.rename('After it was closed');
  await page.openById(first?.record.id ?? '');
  expect(page.session?.record.name).toBe('First');
  expect([page.sessions.length, opened.at(-1)]).toEqual([2, page.session]);
  expect(onChange).toHaveBeenCalled();
});

test('a session that another page has open is waited for', async () => {
  const store = new MemoryStore();
  const [one, two] = [openPage(store).page, openPage(store).page];
  await one.openLast();
  const { record } = one.session!;
  const opening = two.openLast();
  await eventually(() => expect(two.awaited).toEqual(record));
  expect(two.session).toBeNull();
  await one.openNew();
  await opening;
  expect([two.session?.record.id, two.awaited]).toEqual([record.id, null]);
});

test('whoever waits for a session that is deleted waits for the next, or starts a new one', async () => {
  const store = new MemoryStore();
  const [one, two] = [openPage(store).page, openPage(store).page];
  await one.openLast();
  const { id } = one.session!.record;
  const opening = two.openLast();
  await eventually(() => expect(two.awaited?.id).toBe(id));
  await one.delete();
  await eventually(() => expect(two.awaited?.id).toBe(one.session?.record.id));
  expect((await store.listSessions()).map((session) => session.id)).toEqual([one.session?.record.id]);
  await two.openNew();
  await opening;
  expect([two.awaited, two.sessions.length, locks.numHeld]).toEqual([null, 2, 2]);
});
