/** How the reading of a file ended, from the notes that are kept with it. */
import { describe, expect, test } from 'vitest';
import {
  IMPORT_NOTE_CODES,
  importOutcome,
  MISSING_KINDS,
  note,
  REMARK_KINDS,
  UNREAD_REASONS,
} from '../../../../src/app/import/import-notes.ts';
import { importNoteText } from '../../../../src/app/triage/import-wording.ts';

const file = (codes: readonly (typeof IMPORT_NOTE_CODES)[number][]) => ({
  error: null,
  warnings: codes.map((code) => note(code, 1)),
});

describe('an outcome', () => {
  test('is "not read" with its reason, whatever else is noted', () => {
    const outcome = importOutcome({ error: note('locked-pdf'), warnings: [note('first-pages', 3)] });
    expect(outcome).toEqual({ status: 'not-read', reason: { code: 'locked-pdf' } });
  });

  test.each(MISSING_KINDS)('is "read in part" where %s is noted', (code) => {
    const outcome = importOutcome(file([code, 'guessed-encoding']));
    expect(outcome.status).toBe('read-in-part');
    expect(outcome).toMatchObject({ missing: [{ code }], remarks: [{ code: 'guessed-encoding' }] });
  });

  test.each(REMARK_KINDS)('is "read whole" with the remark %s', (code) => {
    expect(importOutcome(file([code]))).toMatchObject({ status: 'read-whole', remarks: [{ code }] });
  });
});

test('no code is of two kinds, and each has a sentence', () => {
  expect(new Set(IMPORT_NOTE_CODES).size).toBe(
    UNREAD_REASONS.length + MISSING_KINDS.length + REMARK_KINDS.length,
  );
  for (const code of IMPORT_NOTE_CODES)
    expect(importNoteText({ code, numbers: [2, 3], name: 'x' })).toMatch(/^[A-Z1-9].+[.?]$/);
});
