/** Import notes as localised sentences. */
import { msg, str } from '@lit/localize';
import type { ImportNote, ImportNoteCode } from '../import/import-notes.ts';
import { numberOf } from '../shell/number-text.ts';

const MAX_LISTED = 8;

export function importNoteText({ code, numbers = [], name = '' }: ImportNote): string {
  return SENTENCES[code](numbers, name);
}

type Sentence = (numbers: readonly number[], name: string) => string;

const SENTENCES: Readonly<Record<ImportNoteCode, Sentence>> = {
  empty: () => msg('This file is empty: it has 0 bytes.'),
  'no-text': () => msg('There is no text in this file.'),
  unsupported: () =>
    msg(
      'This is not a kind of file that is read here. If it holds text, save it as PDF, .docx or plain text and add that.',
    ),
  picture: () =>
    msg(
      'This is a picture. If there is text in it, read it with text recognition, or add the text in a file of its own.',
    ),
  recording: () => msg('This is a recording. Add a transcript of it as text or subtitles.'),
  'other-archive': (_, name) => msg(str`This is a ${name} archive. Unpack it and add the files in it.`),
  'old-office': () =>
    msg('This is an old Office format. Save it as PDF, .docx, .xlsx or .pptx and add that.'),
  iwork: () => msg('This is a Pages, Numbers or Keynote file. Export it as PDF and add that.'),
  'too-large-text': ([size = 0, limit = 0]) =>
    msg(
      str`At ${megabytes(size)} it is too large: text files are read up to ${megabytes(limit)}. Split it and add the parts.`,
    ),
  'too-large-container': ([size = 0, limit = 0]) =>
    msg(
      str`At ${megabytes(size)} it is too large: such files are read up to ${megabytes(limit)}. Split it and add the parts.`,
    ),
  'not-opened': () => msg('This could not be opened. Was it moved or deleted, or is it forbidden?'),
  'reader-failed': () =>
    msg('Reading this file failed; it may need more memory than there is. Split it and add the parts.'),
  'took-too-long': ([minutes = 0]) =>
    msg(str`It was given up after ${numberOf(minutes)} minutes. Split it, or save it in another format.`),
  skipped: () => msg('You skipped it.'),
  damaged: () => msg('This file is damaged and cannot be read.'),
  'damaged-archive': () => msg('This archive is damaged and cannot be opened.'),
  'damaged-entry': () => msg('It is damaged, or locked with a password, and cannot be unpacked.'),
  'duplicate-entry': () =>
    msg('The archive holds another file of this name, which was read; this one was not opened.'),
  'damaged-json': () => msg('This JSON file has a mistake in it. Check that it is whole.'),
  'damaged-message': () => msg('This message is damaged and cannot be read.'),
  'damaged-pdf': () => msg('This PDF is damaged and cannot be read.'),
  'damaged-word': () => msg('This Word file is damaged and cannot be read.'),
  'locked-pdf': () => msg('This PDF is locked with a password. Save it without one and add it again.'),
  'locked-certificate': () =>
    msg(
      'This file is encrypted for the owners of certain certificates or keys. Open it with yours, save it without encryption and add it again.',
    ),
  'locked-document': () =>
    msg('This document is locked with a password. Save it without one and add it again.'),
  'garbled-pdf': () =>
    msg(
      'The text layer of this PDF is not readable: its letters are stored without their meaning. Run it through text recognition (OCR) and add it again.',
    ),
  'scanned-pdf': ([numPages = 1]) =>
    numPages === 1
      ? msg(
          'Its one page has no text layer: this is probably a scan. Run it through text recognition (OCR) and add it again.',
        )
      : msg(
          str`Its ${numberOf(numPages)} pages have no text layer: this is probably a scan. Run it through text recognition (OCR) and add it again.`,
        ),
  'nested-page': () => msg('This page is nested too deeply to be read.'),
  bomb: ([size = 0]) =>
    msg(
      str`It would unpack to ${megabytes(size)} from almost nothing, as a ZIP bomb does. It was not opened.`,
    ),
  'max-entries': ([limit = 0]) => msg(str`Only the first ${numberOf(limit)} files within a file are read.`),
  'max-unpacked': ([limit = 0]) =>
    msg(str`Only ${megabytes(limit)} are unpacked from one file. Unpack it yourself and add what you need.`),
  'max-within': () => msg('There are too many files, or too much, within this one file.'),
  'max-depth': ([depth = 0]) => msg(str`Files within files are opened ${depth} deep, not deeper.`),
  'first-entries': ([total = 0, read = 0]) =>
    msg(str`Holds ${numberOf(total)} files; only the first ${numberOf(read)} were read.`),
  'first-messages': ([read = 0, leftOut]) =>
    leftOut === undefined
      ? msg(str`Only its first ${numberOf(read)} messages were read.`)
      : msg(str`Only its first ${numberOf(read)} messages were read; ${numberOf(leftOut)} were left out.`),
  'first-pages': ([read = 0]) => msg(str`Only the first ${numberOf(read)} pages were read.`),
  'first-passages': ([read = 0]) =>
    msg(str`Only its first ${numberOf(read)} passages were read. Split the file to read the rest.`),
  'scanned-pages': (pages) => msg(str`No text layer, probably scanned: ${pageList(pages)}.`),
  'stamped-pages': (pages) =>
    msg(
      str`Scanned; only a stamp, header or page number on them is text: ${pageList(pages)}. Run the file through text recognition (OCR).`,
    ),
  'garbled-pages': (pages) => msg(str`Text layer not readable, and left out: ${pageList(pages)}.`),
  'unrecognised-pages': (pages) => msg(str`Text recognition found nothing on ${pageList(pages)}.`),
  'xfa-form': () =>
    msg(
      'This form is of the XFA kind, of which only the values are read. Print it to PDF to read all of it.',
    ),
  'damaged-parts': ([count = 1]) =>
    count === 1
      ? msg('1 of its parts is damaged and was left out.')
      : msg(str`${numberOf(count)} of its parts are damaged and were left out.`),
  'broken-characters': ([count = 1]) =>
    count === 1
      ? msg('1 character could not be decoded.')
      : msg(str`${numberOf(count)} characters could not be decoded.`),
  'deep-nesting': ([depth = 0]) =>
    msg(str`What is nested deeper than ${numberOf(depth)} levels was left out.`),
  entities: ([count = 1]) =>
    count === 1
      ? msg('1 entity that the file declares itself was left out.')
      : msg(str`${numberOf(count)} entities that the file declares itself were left out.`),
  'embedded-objects': ([count = 1]) =>
    count === 1
      ? msg('1 embedded object was left out. Save it as a file of its own and add that.')
      : msg(
          str`${numberOf(count)} embedded objects were left out. Save them as files of their own and add those.`,
        ),
  'unread-attachments': ([count = 1]) =>
    count === 1
      ? msg('1 attachment could not be taken out.')
      : msg(str`${numberOf(count)} attachments could not be taken out.`),
  'deleted-text': ([count = 1]) =>
    count === 1
      ? msg('1 tracked deletion is read as deleted text.')
      : msg(str`${numberOf(count)} tracked deletions are read as deleted text.`),
  pictures: ([count = 1]) =>
    count === 1
      ? msg('1 picture in it was not looked at for text.')
      : msg(str`${numberOf(count)} pictures in it were not looked at for text.`),
  macros: () => msg('It holds macros. They were not run.'),
  'external-content': ([count = 1]) =>
    count === 1
      ? msg('It points to 1 thing outside it, which was not fetched.')
      : msg(str`It points to ${numberOf(count)} things outside it, which were not fetched.`),
  'recognised-pages': (pages) =>
    msg(str`The text of ${pageList(pages)} was recognised in a picture and may have mistakes.`),
  'recognised-pictures': ([count = 1]) =>
    count === 1
      ? msg('The text of 1 picture in it was recognised and may have mistakes.')
      : msg(str`The text of ${numberOf(count)} pictures in it was recognised and may have mistakes.`),
  'damaged-pages': (pages) => msg(str`Damaged, and left out: ${pageList(pages)}.`),
  'broken-lines': (lines) =>
    lines.length === 1
      ? msg(str`Not JSON, and left out: line ${list(lines)}.`)
      : msg(str`Not JSON, and left out: lines ${list(lines)}.`),
  'deep-json': ([depth = 0]) => msg(str`What is nested deeper than ${depth} levels was left out.`),
  'word-notes': () => msg('Its footnotes, comments, headers or footers were left out.'),
  'guessed-encoding': (_, name) =>
    msg(
      str`It does not say how its characters are encoded; it was read as ${name}. If words look wrong, save it as UTF-8 and add it again.`,
    ),
};

function pageList(pages: readonly number[]): string {
  return pages.length === 1 ? msg(str`page ${list(pages)}`) : msg(str`pages ${list(pages)}`);
}

function list(numbers: readonly number[]): string {
  return numbers.slice(0, MAX_LISTED).map(numberOf).join(', ') + (numbers.length > MAX_LISTED ? ', …' : '');
}

function megabytes(numBytes: number): string {
  return `${numberOf(Math.round(numBytes / 2 ** 20))} MB`;
}
