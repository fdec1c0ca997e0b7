/** What a session keeps in its store, whatever is done while something is still being stored. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gate } from '../../../src/base/async.ts';
import { MemoryStore } from '../../../src/app/session/memory-store.ts';
import { DEFAULT_QUESTION, type Judgement, type NewFile } from '../../../src/app/session/session-types.ts';
import { openScripted } from '../../fakes/scripted-session.ts';

const QUESTION = { ...DEFAULT_QUESTION, query: 'coldest city' };

/** Deletes and replaces files only while its gate is open. */
class SlowStore extends MemoryStore {
  readonly deletion = new Gate();

  override async replaceFiles(...files: Parameters<MemoryStore['replaceFiles']>): Promise<Judgement[]> {
    await this.deletion.untilOpen();
    return super.replaceFiles(...files);
  }
}

function textFile(path: string, ...texts: string[]): NewFile {
  const passages = texts.map((text) => ({ text, hash: `hash of ${text}` }));
  return { path, kind: 'text', numBytes: texts.join().length, passages, warnings: [], error: null };
}

async function openJudged(store: MemoryStore, ...files: NewFile[]) {
  const { session, api } = await openScripted(store);
  await session.addFiles(files);
  await session.ask(QUESTION);
  return { session, api };
}

beforeEach(() =>
  vi.stubGlobal(
    'document',
    Object.assign(new EventTarget(), { hidden: true, baseURI: 'https://page.test/' }),
  ),
);
afterEach(() => vi.unstubAllGlobals());

test('a file whose removal is undone at once is there after a reload, with its verdicts', async () => {
  const store = new SlowStore();
  const { session } = await openJudged(store, textFile('a.txt', 'Oslo is the coldest city.'));
  const [file] = session.files;
  const hashes = session.run?.passages.map(({ hash }) => hash) ?? [];
  store.deletion.close();
  const removing = session.removeFile(file!);
  const undoing = session.undo();
  store.deletion.open();
  await Promise.all([removing, undoing]);
  expect(await store.getFiles(session.record.id)).toEqual([file]);
  expect(await store.findJudgements(hashes)).toHaveLength(1);
  expect(session.run?.numWithVerdict).toBe(1);
});

test('a file that is removed, brought back and removed again stays removed', async () => {
  const store = new SlowStore();
  const { session } = await openJudged(store, textFile('a.txt', 'Oslo is the coldest city.'));
  const [file] = session.files;
  store.deletion.close();
  const changes = [session.removeFile(file!), session.undo(), session.removeFile(file!)];
  store.deletion.open();
  await Promise.all(changes);
  expect(session.files).toEqual([]);
  expect(await store.getFiles(session.record.id)).toEqual([]);
});

test('a file that is read again keeps the verdicts of the texts that did not change', async () => {
  const store = new SlowStore();
  const [same, changed] = ['Oslo is the coldest city.', 'Cairo is a c?ty.'];
  const { session, api } = await openJudged(store, textFile('a.txt', same, changed));
  expect(session.run?.numWithVerdict).toBe(2);
  await session.replaceFiles(session.files, [textFile('a.txt', same, 'Cairo is a city.')]);
  expect(await store.getFiles(session.record.id)).toEqual(session.files);
  const hashes = [same, changed].map((text) => `hash of ${text}`);
  expect((await store.findJudgements(hashes)).map(({ hash }) => hash)).toEqual([hashes[0]]);
  expect(session.run?.numWithVerdict).toBe(1);
  expect(api.requests).toHaveLength(1);
});

test('a session that is closed while a file is read again keeps what was read', async () => {
  const store = new SlowStore();
  const { session } = await openJudged(store, textFile('a.txt', 'Oslo is the c?ldest city.'));
  store.deletion.close();
  const replacing = session.replaceFiles(session.files, [textFile('a.txt', 'Oslo is the coldest city.')]);
  const closing = session.close();
  store.deletion.open();
  await Promise.all([replacing, closing]);
  const files = await store.getFiles(session.record.id);
  expect(files.map(({ passages }) => passages[0]?.text)).toEqual(['Oslo is the coldest city.']);
});
