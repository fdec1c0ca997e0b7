import { expect, test } from 'vitest';
import { NumberFormats } from '../../../../src/app/import/number-formats.ts';

const OWN = 164;

function shown(value: number, code: string | number, startsIn1904 = false): string {
  const formats = new NumberFormats();
  formats.startsIn1904 = startsIn1904;
  if (typeof code === 'string') formats.define(OWN, code);
  return formats.show(value, typeof code === 'string' ? OWN : code);
}

test.each([
  [0.1255, '0.0%', '12.6%'],
  [184_250.5, '"$"#,##0.00', '$184,250.50'],
  [-21_000, '[$€-407] #,##0.00;[RED]-#,##0.00', '-21.000,00'],
  [-12.5, '_($* #,##0.00_);_($* (#,##0.00)', '$(12.50)'],
  [39_876, 'd mmmm yyyy', '4 March 2009'],
  [39_876, '[$-40C]d mmmm yyyy', '4 mars 2009'],
  [1.5, '[h]:mm', '36:00'],
  [123_456, '0.00E+00', '1.23E+05'],
])('%d in the format %s is %s', (value, code, text) => {
  expect(shown(value, code)).toBe(text);
});

test('a format of the system is shown in no country’s order and no country’s currency', () => {
  expect(shown(39_876, 14)).toBe('2009-03-04');
  expect(shown(39_876.5, 22)).toBe('2009-03-04 12:00');
  expect(shown(39_876, 31)).toBe('2009-03-04');
  expect(shown(1234.5, 44)).toBe('1,234.50');
});

test('days count from 1904 where the workbook says so, hours do not', () => {
  expect(shown(39_876 - 1462, 'yyyy-mm-dd', true)).toBe('2009-03-04');
  expect(shown(1.5, '[h]:mm', true)).toBe('36:00');
});

test('a number is never lost to its format', () => {
  expect(shown(5, ';;;')).toBe('5');
  expect(shown(4, '###0;bad[[[')).toBe('4');
  expect(shown(0.1 + 0.2, 0)).toBe('0.3');
  expect(shown(7, 999)).toBe('7');
});
