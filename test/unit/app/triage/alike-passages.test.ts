import { expect, test } from 'vitest';
import { groupNearDuplicates } from '../../../../src/app/session/near-duplicates.ts';
import { AlikePassages } from '../../../../src/app/triage/alike-passages.ts';

const letter = (name: string, n: number): string =>
  `Dear ${name}, we write to tell you that from the first of March the rent of your premises will be raised by ${n} per cent. The new amount is due on the third working day of each month. Please do not hesitate to call us with any question you have. Yours faithfully, the office of the harbour.`;

test('letters from one template are alike, other texts are not, and short ones never', async () => {
  const texts = [
    letter('Ms Miller', 3),
    'The minutes of the meeting were read and approved, and the treasurer was thanked for his work on the accounts of the yard by all who had come.',
    letter('Mr Smith', 4),
    'Yes.',
    'Yes.',
    letter('Dr Wu', 12),
  ];
  expect(await groupNearDuplicates(texts)).toEqual([0, 1, 0, 3, 4, 0]);
});

test('Chinese texts that differ in a few characters are alike', async () => {
  const notice = (name: string): string =>
    `敬啟者：茲通知${name}先生，自三月一日起，貴租戶之租金將調整百分之五，新租金須於每月三日前繳付，如有查詢請致電本辦事處，謹此奉達，順頌商祺。`;
  expect(
    await groupNearDuplicates([
      notice('陳大文'),
      notice('李小明'),
      '雅庫次克是世界上最冷的城市，冬天的氣溫可以低到零下四十度以下，居民早已習慣。',
    ]),
  ).toEqual([0, 0, 2]);
});

test('one of many alike is shown, in its own place, and the others beside it when they are asked for', () => {
  const alike = new AlikePassages([0, 1, 0, 3, 0]);
  const closed = alike.fold([3, 2, 1, 0, 4]);
  expect(closed.indexes).toEqual([3, 2, 1]);
  expect([...closed.numAlike]).toEqual([[2, 2]]);
  const open = alike.toggled(4);
  expect([open.isOpen(2), open.toggled(2).isOpen(4)]).toEqual([true, false]);
  expect(open.fold([3, 2, 1, 0, 4]).indexes).toEqual([3, 2, 0, 4, 1]);
  expect(alike.fold([3, 1]).numAlike.size).toBe(0);
});
