/** Which records a file that is read again replaces: several files can have one path. */
import { expect, test } from 'vitest';
import { note } from '../../../../src/app/import/import-notes.ts';
import type { ImportedFile } from '../../../../src/app/import/import-types.ts';
import { MemoryStore } from '../../../../src/app/session/memory-store.ts';
import type { FileRecord } from '../../../../src/app/session/session-types.ts';
import type { TriageSession } from '../../../../src/app/session/triage-session.ts';
import { importAgain } from '../../../../src/app/triage/import-again.ts';
import { ImportConnection } from '../../../../src/app/triage/import-connection.ts';
import { ImportJob } from '../../../../src/app/triage/import-job.ts';
import { OriginalFiles } from '../../../../src/app/triage/original-files.ts';
import { pickedFiles } from '../../../../src/app/shell/dropped-files.ts';
import { openScripted } from '../../../fakes/scripted-session.ts';

/** Reads the lines of a file as passages; those of an archive are its files, as "name=text". */
class LineReader extends ImportConnection {
  constructor() {
    super(() => {
      throw new Error('no worker was expected');
    });
  }

  override async importFile(...[{ path, file }, , , choices]: Parameters<ImportConnection['importFile']>) {
    if (!file) throw new Error('no file');
    const read = (text: string) => (choices?.encoding ? `${text} in ${choices.encoding}` : text);
    const lines = (await file.text()).split('\n');
    if (!path.endsWith('.zip')) return [textFile(path, file.size, lines.map(read))];
    return lines.map((line): ImportedFile => {
      const [name = '', text = ''] = line.split('=');
      return textFile(`${path}/${name}`, text.length, [read(text)]);
    });
  }
}

function textFile(path: string, numBytes: number, texts: readonly string[]): ImportedFile {
  const passages = texts.map((text) => ({ text, hash: `hash of ${text}` }));
  return { path, kind: 'text', numBytes, passages, warnings: [], error: null };
}

const connection = new LineReader();

async function drop(session: TriageSession, originals: OriginalFiles, name: string, ...contents: string[]) {
  const job = new ImportJob(connection, session, {
    onProgress: () => undefined,
    onFile: (dropId, file) => originals.keep(dropId, file),
  });
  job.add(pickedFiles(contents.map((content) => new File([content], name))));
  await job.run();
}

async function readAgain(session: TriageSession, originals: OriginalFiles, file: FileRecord | undefined) {
  const original = file ? originals.find(file) : null;
  if (!file || !original) throw new Error('the original was not found');
  const choices = { encoding: 'big5' };
  const { signal } = new AbortController();
  await importAgain(file, { session, connection, original, choices, signal, onProgress: () => undefined });
}

const holding = (session: TriageSession, text: string) =>
  session.files.find(({ passages }) => passages.some((passage) => passage.text === text));
const textsOf = (files: readonly FileRecord[]) =>
  files.flatMap(({ path, passages }) => passages.map(({ text }) => `${path}: ${text}`)).sort();

async function expectFiles(session: TriageSession, store: MemoryStore, texts: readonly string[]) {
  expect(textsOf(session.files)).toEqual(texts);
  expect(textsOf(await store.getFiles(session.record.id))).toEqual(texts);
}

async function openEmpty() {
  const store = new MemoryStore();
  const { session } = await openScripted(store);
  return { session, store, originals: new OriginalFiles() };
}

test('of two files with one name only the one that is read again is replaced', async () => {
  const { session, store, originals } = await openEmpty();
  await drop(session, originals, 'minutes.txt', 'the first', 'the second');
  await readAgain(session, originals, holding(session, 'the first'));
  await expectFiles(session, store, ['minutes.txt: the first in big5', 'minutes.txt: the second']);
  await readAgain(session, originals, holding(session, 'the first in big5'));
  await expectFiles(session, store, ['minutes.txt: the first in big5', 'minutes.txt: the second']);
});

test('of two archives with one name the one that holds the file is read again', async () => {
  const { session, store, originals } = await openEmpty();
  await drop(session, originals, 'box.zip', 'a=one\nb=two', 'a=three\nc=four');
  await readAgain(session, originals, holding(session, 'one'));
  await expectFiles(session, store, [
    'box.zip/a: one in big5',
    'box.zip/a: three',
    'box.zip/b: two in big5',
    'box.zip/c: four',
  ]);
});

test('what was read before is kept where the file cannot be read in the new way', async () => {
  const { session, store, originals } = await openEmpty();
  await drop(session, originals, 'minutes.txt', 'the first');
  const [file] = session.files;
  const original = file && originals.find(file);
  if (!file || !original) throw new Error('the original was not found');
  const unread = { ...textFile(file.path, file.numBytes, []), error: note('reader-failed') };
  const failing = { importFile: () => Promise.resolve([unread]) };
  const { signal } = new AbortController();
  const again = { session, connection: failing, original, choices: {}, signal, onProgress: () => undefined };
  expect(await importAgain(file, again)).toBe('kept');
  await expectFiles(session, store, ['minutes.txt: the first']);
});

test('after a reload the file that is chosen once more replaces its own records', async () => {
  const { session, store, originals } = await openEmpty();
  await drop(session, originals, 'box.zip', 'a=one\nb=two', 'a=six');
  await drop(session, originals, 'minutes.txt', 'the first', 'the second');
  const { session: reopened } = await openScripted(store, session.record);
  const afterReload = new OriginalFiles();
  const [one, first] = [holding(reopened, 'one'), holding(reopened, 'the first')];
  if (!one || !first) throw new Error('not stored');
  expect([afterReload.find(one), afterReload.find(first)]).toEqual([null, null]);
  expect(afterReload.choose(first, new File(['longer than the first'], 'minutes.txt'))).toBe(false);
  expect(afterReload.choose(first, new File(['the first'], 'minutes.txt'))).toBe(true);
  expect(afterReload.choose(one, new File(['one'], 'a'))).toBe(true);
  await readAgain(reopened, afterReload, first);
  await readAgain(reopened, afterReload, one);
  await readAgain(reopened, afterReload, holding(reopened, 'the first in big5'));
  await expectFiles(reopened, store, [
    'box.zip/a: one in big5',
    'box.zip/a: six',
    'box.zip/b: two',
    'minutes.txt: the first in big5',
    'minutes.txt: the second',
  ]);
});

test('after a reload a file that is dropped again is found, and is no second one', async () => {
  const { session, store, originals } = await openEmpty();
  await drop(session, originals, 'box.zip', 'a=one', 'a=two');
  const { session: reopened } = await openScripted(store, session.record);
  const afterReload = new OriginalFiles();
  await drop(reopened, afterReload, 'box.zip', 'a=two');
  expect(afterReload.find(holding(reopened, 'one')!)).toBeNull();
  await readAgain(reopened, afterReload, holding(reopened, 'two'));
  await expectFiles(reopened, store, ['box.zip/a: one', 'box.zip/a: two in big5']);
});

test('of records of older versions, which do not tell what was dropped together, the path does', async () => {
  const { session, store, originals } = await openEmpty();
  await drop(session, originals, 'minutes.txt/new', 'of this version');
  const old = ['minutes.txt', 'minutes.txt/attached', 'other.txt'];
  await session.addFiles(old.map((path) => textFile(path, path.length, [`in ${path}`])));
  const minutes = holding(session, 'in minutes.txt');
  if (minutes) originals.choose(minutes, new File(['minutes.txt'], 'minutes.txt'));
  await readAgain(session, originals, minutes);
  await expectFiles(session, store, [
    'minutes.txt/new: of this version',
    'minutes.txt: minutes.txt in big5',
    'other.txt: in other.txt',
  ]);
});

test('records of older versions are replaced one by one where two have one path', async () => {
  const { session, store } = await openEmpty();
  const old = ['the first', 'the second'].map((text) => textFile('minutes.txt', text.length, [text]));
  await session.addFiles([...old, textFile('minutes.txt/attached', 5, ['other'])]);
  const first = holding(session, 'the first');
  const originals = new OriginalFiles();
  if (first) originals.choose(first, new File(['the first'], 'minutes.txt'));
  await readAgain(session, originals, first);
  await expectFiles(session, store, [
    'minutes.txt/attached: other',
    'minutes.txt: the first in big5',
    'minutes.txt: the second',
  ]);
});
