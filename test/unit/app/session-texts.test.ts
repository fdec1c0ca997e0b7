/** Files that leave a session while its texts are indexed in the background. */
import { expect, test, vi } from 'vitest';
import { SessionTexts } from '../../../src/app/session/session-texts.ts';
import { loadLanguageDetector, Stemming } from '../../../src/app/shortlist/languages.ts';
import { fileRecord } from '../../fakes/file-record.ts';

vi.mock('../../../src/app/shortlist/languages.ts', async (original) => {
  const languages: typeof import('../../../src/app/shortlist/languages.ts') = await original();
  return { ...languages, loadLanguageDetector: vi.fn(languages.loadLanguageDetector) };
});

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

test.each([
  ['detector', () => vi.mocked(loadLanguageDetector)],
  ['stemmer', () => vi.spyOn(Stemming.prototype, 'load')],
])('texts are searchable without their %s, which is fetched again for the next file', async (_, loading) => {
  const texts = new SessionTexts();
  loading().mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'));
  texts.add([fileRecord(0, 'Several people were walking in the rain on a cold morning in spring.')]);
  await texts.ready;
  const sharing = (query: string) => texts.find({ query, topK: 9 }).numSharing;
  expect([texts.isReady, sharing('walking')]).toEqual([true, 1]);
  texts.add([fileRecord(1, 'They walked for days in the mountains, and nobody had seen them before.')]);
  await texts.ready;
  expect(texts.languages.get('eng')).toBeGreaterThan(0);
  expect(sharing('walking')).toBe(2);
  vi.restoreAllMocks();
});

test('a step that fails stops no later one', async () => {
  const texts = new SessionTexts();
  texts.add([{ ...fileRecord(0, 'rain'), passages: [{ hash: 'h', text: null as never }] }]);
  const failed = expect(texts.ready).rejects.toThrow();
  texts.add([fileRecord(1, 'rain in spring')]);
  await texts.ready;
  await failed;
  expect(texts.find({ query: 'rain', topK: 9 }).numSharing).toBe(1);
});
