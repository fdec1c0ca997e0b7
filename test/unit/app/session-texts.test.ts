/** Files that leave a session while its texts are indexed in the background. */
import { expect, test } from 'vitest';
import { SessionTexts } from '../../../src/app/session/session-texts.ts';
import { fileRecord } from '../../fakes/file-record.ts';

test('a search while a file is being removed does not shorten later shortlists', async () => {
  const texts = new SessionTexts();
  const first = fileRecord(0, 'rain in spring');
  texts.add([first, fileRecord(1, 'sun in summer'), fileRecord(2, 'rain in autumn')]);
  await texts.ready;
  texts.remove(first);
  texts.find({ query: 'rain', topK: 1 });
  await texts.ready;
  const { passages, numSharing } = texts.find({ query: 'rain', topK: 1 });
  expect([passages.map(({ text }) => text), numSharing]).toEqual([['rain in autumn'], 1]);
});

test('a removed file no longer counts for the languages', async () => {
  const texts = new SessionTexts();
  const german = fileRecord(1, 'Das Wetter im Norden des Landes ist im Winter oft kalt und sehr nass.');
  texts.add([fileRecord(0, 'The weather in the north of the country is often cold in the winter.'), german]);
  await texts.ready;
  expect(texts.languages).toEqual(new Map([['eng', 1], ['deu', 1]])); // prettier-ignore
  texts.remove(german);
  await texts.ready;
  expect(texts.languages).toEqual(new Map([['eng', 1]]));
});
