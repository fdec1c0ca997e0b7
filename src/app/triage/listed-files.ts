/** A session's files as listed: read status, filters, and files with problems first. */
import { importOutcome, type ImportNote, type ImportOutcome } from '../import/import-notes.ts';
import type { FileKind } from '../import/import-types.ts';
import type { FileRecord } from '../session/session-types.ts';
import { fold } from '../shortlist/fold.ts';

export type FileStatus = ImportOutcome['status'];

export interface ListedFile {
  readonly file: FileRecord;
  readonly outcome: ImportOutcome;
}

export interface FileFilter {
  /** null for all */
  readonly status: FileStatus | null;
  readonly kind: FileKind | null;
  /** substring of a folder or file name */
  readonly find: string;
}

export const FILE_STATUSES: readonly FileStatus[] = ['not-read', 'read-in-part', 'read-whole'];

/** Unread files first, grouped by reason; rare reasons come before those shared by a whole archive. */
export function listFiles(files: readonly FileRecord[]): ListedFile[] {
  const listed = files.map((file) => ({ file, outcome: importOutcome(file) }));
  const counts = new Map<string, number>();
  for (const file of listed) counts.set(reasonOf(file), (counts.get(reasonOf(file)) ?? 0) + 1);
  const status = ({ outcome }: ListedFile): number => FILE_STATUSES.indexOf(outcome.status);
  const count = (file: ListedFile): number => counts.get(reasonOf(file)) ?? 0;
  return listed.sort(
    (a, b) =>
      status(a) - status(b) ||
      count(a) - count(b) ||
      reasonOf(a).localeCompare(reasonOf(b)) ||
      a.file.id - b.file.id,
  );
}

export function filterFiles(files: readonly ListedFile[], { status, kind, find }: FileFilter): ListedFile[] {
  const wanted = foldText(find).trim();
  return files.filter(
    ({ file, outcome }) =>
      (status === null || outcome.status === status) &&
      (kind === null || file.kind === kind) &&
      (wanted === '' || foldText(file.path).includes(wanted)),
  );
}

/** Notes on a file: why it was not read, what is missing, and what is worth knowing. */
export function notesOf({ outcome }: ListedFile): readonly ImportNote[] {
  if (outcome.status === 'not-read') return [outcome.reason];
  return outcome.status === 'read-in-part' ? [...outcome.missing, ...outcome.remarks] : outcome.remarks;
}

/** Groups files that were not read. */
export function reasonOf({ outcome }: ListedFile): string {
  return outcome.status === 'not-read' ? outcome.reason.code : '';
}

/** Null if the file is not plain text. */
export function encodingOf({ encoding, warnings }: FileRecord): string | null {
  return encoding ?? warnings.find(({ code }) => code === 'guessed-encoding')?.name ?? null;
}

/** Notes on files that may contain text only as a picture. */
const PICTURED: readonly ImportNote['code'][] = [
  'picture',
  'pictures',
  'scanned-pdf',
  'scanned-pages',
  'stamped-pages',
  'garbled-pdf',
  'garbled-pages',
  'unrecognised-pages',
];

export function hasPicturedText(listed: ListedFile): boolean {
  return notesOf(listed).some(({ code }) => PICTURED.includes(code));
}

function foldText(text: string): string {
  return fold(text.toLowerCase());
}
