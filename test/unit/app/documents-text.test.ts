import { describe, expect, it } from 'vitest';
import { formatDocuments, parseDocuments } from '../../../src/app/demo/documents-text.ts';

describe('the text of the document editor', () => {
  it('is divided by empty lines', () => {
    expect(parseDocuments('one\nstill one\n\n \n\ntwo\r\n\r\nthree\n')).toEqual([
      { text: 'one\nstill one' },
      { text: 'two' },
      { text: 'three' },
    ]);
  });

  it('is divided by dashes alone where there are any', () => {
    expect(parseDocuments('one\n\nstill one\n---\ntwo\n---')).toEqual([
      { text: 'one\n\nstill one' },
      { text: 'two' },
    ]);
  });

  it('takes a first line after # as the title', () => {
    expect(parseDocuments('# Oslo\nThe capital.\n\n# Alone\n\n#no title')).toEqual([
      { title: 'Oslo', text: 'The capital.' },
      { title: 'Alone', text: '' },
      { text: '#no title' },
    ]);
  });

  it('is no documents when blank', () => {
    expect(parseDocuments(' \n\n ')).toEqual([]);
  });

  it('is read back as it was written', () => {
    const plain = [{ title: 'Oslo', text: 'a\nb' }, { text: 'c' }];
    const withEmptyLines = [{ text: 'a\n\nb' }, { title: 'T', text: 'c' }];
    expect(parseDocuments(formatDocuments(plain))).toEqual(plain);
    expect(parseDocuments(formatDocuments(withEmptyLines))).toEqual(withEmptyLines);
  });

  it('keeps the identity of known documents', () => {
    const known = [{ id: 'a', text: 'one' }];
    expect(parseDocuments('one\n\ntwo', known)[0]).toBe(known[0]);
  });
});
