import { expect, test } from 'vitest';
import { loadLanguageDetector } from '../../../../src/app/shortlist/languages.ts';
import { Shortlist } from '../../../../src/app/shortlist/shortlist.ts';

async function shortlistOf(language: string, ...texts: string[]): Promise<Shortlist> {
  const shortlist = new Shortlist();
  await shortlist.add(texts.map((text, index) => ({ index, text, language })));
  return shortlist;
}

test('a rare word counts for more than a frequent one', async () => {
  const shortlist = await shortlistOf(
    'eng',
    'the city is big',
    'the city is cold',
    'the city is old',
    'the yak is cold',
  );
  expect(shortlist.search('the yak')[0]).toBe(3);
  expect(shortlist.search('cold city')[0]).toBe(1);
});

test.each([
  ['eng', 'agreements', 'They made an agreement in March.'],
  ['eng', 'indemnify', 'The indemnification of the landlord.'],
  ['deu', 'Verträge', 'Der Vertrag wurde gekündigt.'],
  ['deu', 'kündigen', 'Er kündigt ihm.'],
  ['fra', 'contrats', 'Le contrat du locataire.'],
  ['spa', 'arrendamientos', 'El arrendamiento del local.'],
  ['rus', 'договоры', 'Условия договора аренды.'],
  ['fin', 'sopimukset', 'Tämä sopimus on voimassa.'],
  ['und', 'umowa', 'Strony podpisały umowy najmu.'],
])('%s: %s is found in another inflection', async (language, query, text) => {
  const shortlist = await shortlistOf(language, 'Nothing of it.', text, 'Nor here.');
  expect(shortlist.search(query)[0]).toBe(1);
});

test('the inflections of every language that there is are looked for, whichever the question is in', async () => {
  const shortlist = new Shortlist();
  await shortlist.add([
    { index: 0, text: 'The agreement.', language: 'eng' },
    { index: 1, text: 'Die Verträge.', language: 'deu' },
  ]);
  expect(shortlist.search('agreements Vertrag').sort()).toEqual([0, 1]);
});

test('accents are folded on both sides', async () => {
  const shortlist = await shortlistOf('fra', 'Le résumé de l’affaire.', 'Rien.');
  expect(shortlist.search('resume')).toEqual([0]);
  expect(shortlist.search('RÉSUMÉ')).toEqual([0]);
  const german = await shortlistOf('deu', 'Müller in der Straße.', 'Nichts.');
  expect(german.search('muller strasse')).toEqual([0]);
  const hebrew = await shortlistOf('heb', 'שָׁלוֹם', 'אחר');
  expect(hebrew.search('שלום')).toEqual([0]);
});

test('numbers are found however their digits are grouped', async () => {
  const shortlist = await shortlistOf(
    'eng',
    'rent of 184,250.00',
    'rent of 18,425',
    'rent of 184.250,00',
    'rent of 184 250',
  );
  for (const query of ['184250', '184,250', '184.250,00', '184 250'])
    expect(shortlist.search(query).slice(0, 3).sort(), query).toEqual([0, 2, 3]);
});

test('what stands in quotes is kept together, and comes first', async () => {
  const shortlist = await shortlistOf(
    'eng',
    'force force force majeure is not adjacent: majeure and then force',
    'The events of force majeure are listed below, among much else that makes this passage long.',
    'majeure force',
  );
  expect(shortlist.search('what is "majeure force"?')[0]).toBe(2);
  expect(shortlist.search('what are “events of force majeure”')[0]).toBe(1);
  const chinese = await shortlistOf('cmn', '冷的城市最', '最冷的\n城市');
  expect(chinese.search('「最冷的城市」')[0]).toBe(1);
});

test('a typing mistake in a longer word does not hide it, and the word itself comes first', async () => {
  const shortlist = await shortlistOf(
    'eng',
    'the landlrod pays',
    'the landlord pays',
    'the form is new',
    'sent from afar',
  );
  expect(shortlist.search('landlord')).toEqual([1, 0]);
  expect(shortlist.search('landolrd')).toEqual([1]);
  expect(shortlist.search('form')).toEqual([2]);
});

test('a typing mistake in the ending, which keeps the stem from being told, does not hide a word', async () => {
  const shortlist = await shortlistOf('eng', 'They indemnify him.', 'An index of names.');
  expect(shortlist.search('indemnificatoin')).toEqual([0]);
});

test('German compounds are found by their parts, and the parts by the compound', async () => {
  const shortlist = await shortlistOf(
    'deu',
    'Der Mietvertrag endet.',
    'Der Vertrag über die Miete.',
    'Die Vertragsstrafe beträgt viel.',
    'Die Wanderung im Wald.',
  );
  expect(shortlist.search('Vertrag')).toEqual(expect.arrayContaining([0, 1, 2]));
  expect(shortlist.search('Vertrag')[0]).toBe(1);
  expect(shortlist.search('Mietvertrag').slice(0, 2)).toEqual([0, 1]);
  expect(shortlist.search('Strafe')).toEqual([2]);
  const english = await shortlistOf('eng', 'a migration of birds', 'a ration of bread');
  expect(english.search('ration')).toEqual([1]);
});

test('Chinese is found without spaces, over line breaks, and by single characters', async () => {
  const shortlist = await shortlistOf(
    'cmn',
    '香蕉是黃色的水果',
    '雅庫次克是世界上最冷的\n城市',
    '河流很長',
    '冷',
  );
  expect(shortlist.search('哪個城市最冷')[0]).toBe(1);
  expect(shortlist.search('冷').sort()).toEqual([1, 3]);
  expect(shortlist.search('寒冷的地方')).toContain(1);
});

test('what shares no word is not found', async () => {
  const shortlist = await shortlistOf('eng', 'one', 'two', 'three');
  expect(shortlist.search('zebra')).toEqual([]);
  expect(shortlist.search('')).toEqual([]);
  expect(shortlist.search('constructor __proto__ toString')).toEqual([]);
});

test('what was removed is not found', async () => {
  const shortlist = await shortlistOf('eng', 'one yak', 'two yaks');
  shortlist.remove([1]);
  expect(shortlist.search('yak')).toEqual([0]);
});

test('the words of a question are marked where they stand, and its little words are not', async () => {
  const text = 'The indemnification of the landlord by the tenant; 184,250.00';
  const shortlist = await shortlistOf(
    'eng',
    text,
    ...Array.from({ length: 40 }, () => 'The other text of the file'),
  );
  const marked = (query: string, language: string, marking = text): string[] =>
    shortlist
      .marker(query)
      .mark(marking, language)
      .map(({ start, end }) => marking.slice(start, end));
  expect(marked('Who has to indemnify the landlord of 184250?', 'eng')).toEqual([
    'indemnification',
    'landlord',
    '184,250.00',
  ]);
  const chinese = await shortlistOf('cmn', '世界上最冷的\n城市');
  const ranges = chinese.marker('冷的城市').mark('世界上最冷的\n城市', 'cmn');
  expect(Math.min(...ranges.map(({ start }) => start))).toBe(4);
  expect(Math.max(...ranges.map(({ end }) => end))).toBe(9);
});

test('the language of a text is told, and that of a word is not', async () => {
  const detect = await loadLanguageDetector();
  expect(detect('The tenant shall indemnify the landlord against all claims that arise.')).toBe('eng');
  expect(detect('Der Mieter stellt den Vermieter von allen Ansprüchen frei, die entstehen.')).toBe('deu');
  expect(detect('雅庫次克是世界上最冷的城市，冬天的氣溫可以低到零下四十度以下，居民早已習慣。')).toBe('cmn');
  expect(detect('Miete')).toBe('und');
});
