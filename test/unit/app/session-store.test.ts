/** What both stores of sessions owe: the one of browsers that keep data, and the one of those that keep none. */
import * as fakeIndexedDB from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DatabaseStore } from '../../../src/app/session/database-store.ts';
import { MemoryStore } from '../../../src/app/session/memory-store.ts';
import type { SessionStore } from '../../../src/app/session/session-store.ts';
import { newSession, type FileRecord, type Judgement } from '../../../src/app/session/session-types.ts';
import { fileRecord } from '../../fakes/file-record.ts';

const STORES: Record<string, () => Promise<SessionStore>> = {
  IndexedDB: () => DatabaseStore.open(),
  memory: async () => new MemoryStore(),
};

function judgement(text: string): Judgement {
  const outcome = { verdict: null, reasoning: '', finishReason: 'length', truncated: false } as const;
  return { key: `key of ${text}`, hash: `hash of ${text}`, ...outcome, numPromptTokens: 1, numNewTokens: 1 };
}

const byId = (files: readonly FileRecord[]) => [...files].sort((a, b) => a.id - b.id);
const textsOf = (judgements: readonly Judgement[]) =>
  judgements.map(({ key }) => key.replace('key of ', '')).sort();

beforeEach(() => {
  for (const [name, value] of Object.entries(fakeIndexedDB))
    if (name.startsWith('IDB')) vi.stubGlobal(name, value);
  vi.stubGlobal('indexedDB', new fakeIndexedDB.IDBFactory());
});
afterEach(() => vi.unstubAllGlobals());

describe.each(Object.entries(STORES))('in %s', (_name, open) => {
  /** Two sessions that share the text "shared"; every text is judged. */
  async function openFilled() {
    const store = await open();
    const [session, other] = [newSession('One'), newSession('Other')];
    const read = fileRecord(0, 'changed', 'same', 'twice', 'shared');
    const beside = fileRecord(1, 'twice', 'beside');
    const files = [read, beside].map((file) => ({ ...file, sessionId: session.id }));
    const texts = ['changed', 'same', 'twice', 'shared', 'beside'];
    await store.putSession(session);
    await store.putSession(other);
    await store.putFiles([...files, { ...fileRecord(0, 'shared'), sessionId: other.id }]);
    await store.putJudgements(texts.map(judgement));
    const judged = async () => textsOf(await store.findJudgements(texts.map((text) => `hash of ${text}`)));
    return { store, session, other, files, judged };
  }

  test('files that replace others are stored in their place, and cost only the verdicts of texts that are gone', async () => {
    const { store, session, files, judged } = await openFilled();
    const again = [fileRecord(2, 'same', 'new'), fileRecord(3)].map((file) => ({
      ...file,
      sessionId: session.id,
    }));
    expect(textsOf(await store.replaceFiles(files.slice(0, 1), again))).toEqual(['changed']);
    expect(byId(await store.getFiles(session.id))).toEqual([...files.slice(1), ...again]);
    expect(await judged()).toEqual(['beside', 'same', 'shared', 'twice']);
  });

  test('files that are deleted one right after the other leave no verdict of a text that both held', async () => {
    const { store, session, files, judged } = await openFilled();
    const deleted = await Promise.all(files.map((file) => store.replaceFiles([file], [])));
    expect(deleted.map(textsOf)).toEqual([['changed', 'same'], ['beside', 'twice']]); // prettier-ignore
    expect(await store.getFiles(session.id)).toEqual([]);
    expect(await judged()).toEqual(['shared']);
  });

  test('a session that is deleted leaves what is in others', async () => {
    const { store, session, other, judged } = await openFilled();
    await Promise.all([store.deleteSession(session.id), store.putSession({ ...other, name: 'Renamed' })]);
    expect((await store.listSessions()).map(({ name }) => name)).toEqual(['Renamed']);
    expect([await store.getFiles(session.id), await judged()]).toEqual([[], ['shared']]);
    await store.deleteSession(other.id);
    expect([await store.listSessions(), await store.getFiles(other.id), await judged()]).toEqual([
      [],
      [],
      [],
    ]);
  });
});

test('where the database refuses a file, what it should replace is still there', async () => {
  const store = await DatabaseStore.open();
  const [old, refused] = [fileRecord(0, 'old'), fileRecord(1, 'new')];
  await store.putFiles([old]);
  await store.putJudgements([judgement('old')]);
  vi.spyOn(fakeIndexedDB.IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  await expect(store.replaceFiles([old], [refused])).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringContaining('no room left') as string,
  });
  vi.restoreAllMocks();
  expect(await store.getFiles('s')).toEqual([old]);
  expect(textsOf(await store.findJudgements(['hash of old']))).toEqual(['old']);
});
