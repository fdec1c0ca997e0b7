/** Texts about files. */
import { msg, str } from '@lit/localize';
import type { FileKind } from '../import/import-types.ts';
import { numberOf } from '../shell/number-text.ts';
import { importNoteText } from './import-wording.ts';
import { notesOf, type FileStatus, type ListedFile } from './listed-files.ts';

export function fileStatusLabel(status: FileStatus | null): string {
  if (status === null) return msg('All');
  const labels: Record<FileStatus, () => string> = {
    'read-whole': () => msg('Read whole'),
    'read-in-part': () => msg('Read in part'),
    'not-read': () => msg('Not read'),
  };
  return labels[status]();
}

/** Heading for files that were not read for the same reason. */
export function unreadGroupLabel(listed: ListedFile, count: number): string {
  const [reason] = notesOf(listed);
  const sentence = reason ? importNoteText(reason) : '';
  return msg(str`${numberOf(count)} files: ${sentence}`);
}

/** Formats known by their abbreviation are not translated. */
const LETTERS: Partial<Record<FileKind, string>> = {
  pdf: 'PDF',
  docx: 'Word',
  doc: 'Word',
  xlsx: 'Excel',
  xls: 'Excel',
  pptx: 'PowerPoint',
  odt: 'ODT',
  ods: 'ODS',
  odp: 'ODP',
  epub: 'EPUB',
  rtf: 'RTF',
  html: 'HTML',
  xml: 'XML',
  markdown: 'Markdown',
  csv: 'CSV',
  json: 'JSON',
  jsonl: 'JSON Lines',
  zip: 'ZIP',
  tar: 'TAR',
  gzip: 'GZ',
  winmail: 'winmail.dat',
};

export function fileKindLabel(kind: FileKind): string {
  const words: Partial<Record<FileKind, () => string>> = {
    msg: () => msg('Outlook mail'),
    email: () => msg('mail'),
    mbox: () => msg('mailbox'),
    calendar: () => msg('calendar'),
    text: () => msg('text'),
    code: () => msg('source code'),
    subtitles: () => msg('subtitles'),
    notebook: () => msg('notebook'),
    signed: () => msg('signed file'),
    picture: () => msg('picture'),
  };
  return LETTERS[kind] ?? words[kind]?.() ?? kind;
}

export function fileSize(numBytes: number): string {
  if (numBytes < 1000) return msg(str`${numberOf(numBytes)} bytes`);
  if (numBytes < 1_000_000) return `${numberOf(Math.round(numBytes / 1000))} kB`;
  return `${numberOf(Math.round(numBytes / 100_000) / 10)} MB`;
}
