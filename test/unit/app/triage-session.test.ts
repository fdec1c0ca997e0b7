/** What a session keeps in its store, whatever is done while something is still being stored. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gate } from '../../../src/base/async.ts';
import { MemoryStore } from '../../../src/app/session/memory-store.ts';
import {
  DEFAULT_QUESTION,
  type AskedQuestion,
  type Judgement,
  type NewFile,
} from '../../../src/app/session/session-types.ts';
import { eventually } from '../../fakes/eventually.ts';
import { openScripted } from '../../fakes/scripted-session.ts';

const QUESTION = { ...DEFAULT_QUESTION, query: 'coldest city' };

/** Replaces files, stores questions and finds verdicts only while the gate for it is open. */
class SlowStore extends MemoryStore {
  readonly deletion = new Gate();
  readonly asking = new Gate();
  readonly recall = new Gate();
  numRecalls = 0;

  override async replaceFiles(...files: Parameters<MemoryStore['replaceFiles']>): Promise<Judgement[]> {
    await this.deletion.untilOpen();
    return super.replaceFiles(...files);
  }

  override async putQuestion(question: AskedQuestion): Promise<void> {
    await this.asking.untilOpen();
    return super.putQuestion(question);
  }

  override async getJudgements(keys: readonly string[]): Promise<(Judgement | undefined)[]> {
    this.numRecalls++;
    await this.recall.untilOpen();
    return super.getJudgements(keys);
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

/** A session with a question that the model could not judge. */
async function openUnjudged(store: SlowStore) {
  const { session, api } = await openScripted(store);
  await session.addFiles([
    textFile('a.txt', 'Oslo is the coldest city.'),
    textFile('b.txt', 'Cairo is a city.'),
  ]);
  api.failNextLoad = 'model-not-found';
  await session.ask(QUESTION);
  expect(session.run?.phase).toBe('failed');
  const [earlier] = session.questions;
  const expectEarlier = async () => {
    const [stored] = await store.listSessions();
    expect([session.record.asked, stored?.asked, session.run?.question]).toEqual(Array(3).fill(QUESTION));
    expect([session.run?.phase, session.asking]).toEqual(['idle', null]);
  };
  return { session, api, goBack: () => session.goBackTo(earlier!), expectEarlier };
}

const OTHER = { ...QUESTION, query: 'warmest city' };

test.each(['searching', 'storing the question'])(
  'whoever goes back to an earlier question while another is asked (%s) gets that one, without the model',
  async (phase) => {
    const store = new SlowStore();
    const { session, api, goBack, expectEarlier } = await openUnjudged(store);
    store.asking.close();
    const asking = session.ask(OTHER);
    if (phase !== 'searching') await eventually(() => expect(session.record.asked).toEqual(OTHER));
    await goBack();
    store.asking.open();
    await asking;
    await expectEarlier();
    expect(api.requests).toEqual([]);
  },
);

test('a run that a removal interrupts does not go on with an earlier question gone back to meanwhile', async () => {
  const store = new SlowStore();
  const { session, api, goBack, expectEarlier } = await openUnjudged(store);
  api.pause();
  const asking = session.ask(OTHER);
  await eventually(() => expect(api.numHeld).toBe(1));
  store.recall.close();
  const { numRecalls } = store;
  const removing = session.removeFile(session.files[1]!);
  await eventually(() => expect(store.numRecalls).toBeGreaterThan(numRecalls));
  const goingBack = goBack();
  store.recall.open();
  api.resume();
  await Promise.all([asking, removing, goingBack]);
  await expectEarlier();
  expect(api.requests).toHaveLength(1);
});

/** A session of three files whose run is held before its first step. */
async function openRunning(store: SlowStore) {
  const { session, api } = await openScripted(store);
  await session.addFiles(
    ['Oslo', 'Cairo', 'Rome'].map((city) => textFile(`${city}.txt`, `${city} is a city.`)),
  );
  api.pause();
  const asking = session.ask(QUESTION);
  await eventually(() => expect(api.numHeld).toBe(1));
  return { session, api, asking };
}

const running = async (store: MemoryStore) => (await store.listSessions())[0]?.running;

test.each([
  { then: 'another', numFiles: 1 },
  { then: 'undo', numFiles: 3 },
])('a run that a removal interrupts goes on after $then at once', async ({ then, numFiles }) => {
  const store = new SlowStore();
  const { session, api, asking } = await openRunning(store);
  const [oslo, cairo] = session.files;
  const removing = session.removeFile(oslo!);
  const next = then === 'undo' ? session.undo() : session.removeFile(cairo!);
  api.resume();
  await Promise.all([asking, removing, next]);
  await eventually(async () =>
    expect([session.run?.phase, await running(store)]).toEqual(['complete', false]),
  );
  expect([session.run?.passages.length, session.run?.numWithVerdict]).toEqual([numFiles, numFiles]);
});

test('a run that is stopped does not go on after a removal', async () => {
  const store = new SlowStore();
  const { session, api, asking } = await openRunning(store);
  session.stop();
  const removing = session.removeFile(session.files[0]!);
  api.resume();
  await Promise.all([asking, removing]);
  await session.close();
  expect([session.run?.phase, await running(store)]).toEqual(['idle', false]);
  expect(api.requests).toHaveLength(1);
});

test('decisions belong to their question, are stored, and are taken back in one step', async () => {
  const store = new SlowStore();
  const { session } = await openJudged(store, textFile('a.txt', 'Oslo is a city.', 'Cairo is a city.'));
  const passages = session.run?.passages ?? [];
  const decisions = () => passages.map((passage) => session.decisionOf(passage)?.decision);
  const stored = async () => (await store.getDecisions(session.record.id)).map(({ decision }) => decision);
  await session.decide(passages.slice(0, 1), { decision: 'drop' });
  await session.decide(passages, { decision: 'keep' });
  expect([decisions(), await stored()]).toEqual([['keep', 'keep'], ['keep', 'keep']]); // prettier-ignore
  expect(await session.undo()).toMatchObject({ kind: 'decision', count: 2 });
  expect([decisions(), (await stored()).sort()]).toEqual([['drop', null], ['drop', null]]); // prettier-ignore
  await session.ask(OTHER);
  expect([decisions(), session.history.last]).toEqual([[undefined, undefined], null]);
  await session.goBackTo(session.questions[1]!);
  expect(decisions()).toEqual(['drop', null]);
});

test('a passage that was decided on stays with its question when that is asked again among better matches', async () => {
  const { session } = await openScripted();
  const question = { ...QUESTION, topK: 2 };
  await session.addFiles([textFile('a.txt', 'Oslo is a town.', 'Cairo is a town.')]);
  await session.ask(question);
  const [oslo, cairo] = session.run?.passages ?? [];
  await session.decide([oslo!], { decision: 'keep' });
  await session.decide([cairo!], { note: 'see the map' });
  await session.addFiles([textFile('b.txt', 'The coldest city.', 'A coldest city.')]);
  await session.ask(question);
  const found = ['hash of The coldest city.', 'hash of A coldest city.'];
  const hashes = () => session.run?.passages.map(({ hash }) => hash).sort();
  expect(hashes()).toEqual([...found, oslo!.hash, cairo!.hash].sort());
  await session.undo();
  await session.ask(question);
  expect(hashes()).toEqual([...found, oslo!.hash].sort());
  await session.removeFile(session.files[0]!);
  await session.ask(question);
  expect(hashes()).toEqual(found.sort());
  await session.undo();
  expect(hashes()).toEqual([...found, oslo!.hash].sort());
});

test('a file that was removed can be brought back before any question and after another one', async () => {
  const store = new SlowStore();
  const { session } = await openScripted(store);
  await session.addFiles([textFile('a.txt', 'Oslo is a city.'), textFile('b.txt', 'Cairo is a city.')]);
  const [first] = session.files;
  await session.removeFile(first!);
  await session.ask(QUESTION);
  await session.decide(session.run?.passages ?? [], { decision: 'keep' });
  await session.ask(OTHER);
  expect(session.history.last).toMatchObject({ kind: 'removal', count: 1 });
  await session.undo();
  expect(session.files).toContainEqual(first);
  expect(await store.getFiles(session.record.id)).toHaveLength(2);
});
