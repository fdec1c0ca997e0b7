import { expect, test } from 'vitest';
import { tokenize } from '../../../../src/app/shortlist/tokenize.ts';

const texts = (text: string): string[] => [...tokenize(text)].map((token) => token.text);

test('words are words, in small letters, whatever width they are written in', () => {
  expect(texts('The café, ＷＩＤＥ B2B, soft\u00adhyphen')).toEqual([
    'the',
    'café',
    'wide',
    'b2b',
    'softhyphen',
  ]);
  expect(texts("l'avocat don’t")).toEqual(['l', 'avocat', 'don', 't']);
});

test.each([
  ['184250', '184250'],
  ['184,250', '184250'],
  ['184,250.00', '184250'],
  ['184.250,00', '184250'],
  ['184.250,-', '184250'],
  ["184'250.50", '184250.5'],
  ['184\u202f250,5', '184250.5'],
  ['1,184,250', '1184250'],
  ['１８４，２５０', '184250'],
  ['١٨٤٢٥٠', '184250'],
  ['3,14', '3.14'],
  ['3.140', '3140'],
  ['0.5', '0.5'],
  ['007', '7'],
  ['0', '0'],
])('%s is one number', (written, number) => {
  expect(texts(`a ${written} b`)).toEqual(['a', number, 'b']);
});

test('digits with a space between them are one number, or two', () => {
  expect(texts('184 250 euros')).toEqual(['184250', '184', '250', 'euros']);
  expect(texts('in 2019 250 people')).toEqual(['in', '2019', '250', 'people']);
});

test('dates, versions and lists of numbers are no grouped numbers', () => {
  expect(texts('12.03.2019')).toEqual(['12', '3', '2019']);
  expect(texts('1.2.3')).toEqual(['1', '2', '3']);
  expect(texts('10:30')).toEqual(['10', '30']);
});

test('runs without spaces go over line breaks, but not in Korean, which has spaces', () => {
  expect(texts('最冷的\n  城市。冷')).toEqual(['最冷的城市', '冷']);
  expect(texts('iPhone手機 2024')).toEqual(['iphone', '手機', '2024']);
  expect(texts('도시는\n춥다')).toEqual(['도시는', '춥다']);
  expect(texts('カメラ\nレンズ')).toEqual(['カメラレンズ']);
});

test('every token knows where it stands', () => {
  const text = 'Die Miete: 184.250,00 € für ＷＩＤＥ 最冷\n的城市 im „Café“ (184 250)';
  const written = [...tokenize(text)].map(({ start, end }) => text.slice(start, end));
  expect(written).toEqual([
    'Die', 'Miete', '184.250,00', 'für', 'ＷＩＤＥ', '最冷\n的城市', 'im', 'Café', '184 250', '184 250', '184 250',
  ]); // prettier-ignore
});
