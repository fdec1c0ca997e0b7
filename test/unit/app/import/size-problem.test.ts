import { expect, test } from 'vitest';
import { IMPORT_LIMITS } from '../../../../src/app/import/import-limits.ts';
import { HEAD_BYTES, sizeProblem } from '../../../../src/app/import/size-problem.ts';

const LARGE = IMPORT_LIMITS.maxTextBytes + 1;

test('large mail is read, wherever its beginning is cut', () => {
  const short = new TextEncoder().encode('From: Ann <a@b.c>\r\nTo: d@e.f\r\n\r\nBody');
  expect(sizeProblem(short, LARGE, 'x.eml')).toBeNull();
  const header = 'From: Ann <a@b.c>\r\nTo: d@e.f\r\nSubject: A long way down\r\n';
  const mail = `${header}${'Received: from a.example by b.example with a message\r\n'.repeat(60)}\r\nBody`;
  for (let shift = 0; shift < 60; shift++) {
    const head = new TextEncoder().encode(`${'X-Pad: '.padEnd(8 + shift, 'x')}\r\n${mail}`);
    expect(sizeProblem(head, LARGE, ''), `shifted by ${shift}`).toBeNull();
    expect(sizeProblem(head.subarray(0, HEAD_BYTES), LARGE, '')).toBeNull();
  }
});

test('a large text is refused, and an even larger archive', () => {
  const text = new TextEncoder().encode('Only words. '.repeat(200));
  expect(sizeProblem(text, LARGE, '')?.code).toBe('too-large-text');
  expect(sizeProblem(text, LARGE - 1, '')).toBeNull();
  const zip = Uint8Array.from([0x50, 0x4b, 3, 4]);
  expect(sizeProblem(zip, LARGE, '')).toBeNull();
  expect(sizeProblem(zip, IMPORT_LIMITS.maxContainerBytes + 1, '')?.code).toBe('too-large-container');
});
