import { expect, test } from 'vitest';
import { searchTerms } from '../../../src/app/shortlist/search-terms.ts';
import { Shortlist } from '../../../src/app/shortlist/shortlist.ts';

async function shortlistOf(...texts: string[]): Promise<Shortlist> {
  const shortlist = new Shortlist();
  await shortlist.add(texts.map((text, index) => ({ index, text })));
  return shortlist;
}

test('words are words, and CJK is cut into pairs of characters', () => {
  expect(searchTerms('The café, ＷＩＤＥ iPhone手機 2024')).toEqual([
    'the',
    'café',
    'wide',
    'iphone',
    '手機',
    '2024',
  ]);
  expect(searchTerms('最冷的城市。冷')).toEqual(['最冷', '冷的', '的城', '城市', '冷']);
  expect(searchTerms('도시는 춥다')).toEqual(['도시', '시는', '춥다']);
});

test('a rare word counts for more than a frequent one', async () => {
  const shortlist = await shortlistOf(
    'the city is big',
    'the city is cold',
    'the city is old',
    'the yak is cold',
  );
  expect(shortlist.search('the yak', 1, 4)).toEqual([3]);
  expect(shortlist.search('cold city', 1, 4)).toEqual([1]);
});

test('Chinese is found without spaces', async () => {
  const shortlist = await shortlistOf('香蕉是黃色的水果', '雅庫次克是世界上最冷的城市', '河流很長');
  expect(shortlist.search('哪個城市最冷', 1, 3)).toEqual([1]);
});

test('where too few share a word, others follow in their order', async () => {
  const shortlist = await shortlistOf('one', 'two', 'three', 'four');
  expect(shortlist.search('three', 3, 4)).toEqual([2, 0, 1]);
  expect(shortlist.search('', 2, 4)).toEqual([0, 1]);
  expect(shortlist.search('constructor __proto__', 9, 4)).toEqual([0, 1, 2, 3]);
});
