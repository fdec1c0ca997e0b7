/** Reads a file again in the way the user chose, and replaces what was read from it before. */
import type { ImportChoices, ImportProgressListener } from '../import/import-types.ts';
import type { FileRecord } from '../session/session-types.ts';
import type { TriageSession } from '../session/triage-session.ts';
import type { ImportConnection } from './import-connection.ts';
import type { OriginalFile } from './original-files.ts';

export interface ImportingAgain {
  readonly session: TriageSession;
  readonly connection: Pick<ImportConnection, 'importFile'>;
  readonly original: OriginalFile;
  readonly choices: ImportChoices;
  readonly signal: AbortSignal;
  readonly onProgress: ImportProgressListener;
}

/** `kept`: it could not be read in this way, so what was read before stays. */
export type ImportedAgain = 'replaced' | 'kept' | 'cancelled';

export async function importAgain(
  file: FileRecord,
  { session, connection, original, choices, signal, onProgress }: ImportingAgain,
): Promise<ImportedAgain> {
  const imported = await connection.importFile(original, signal, onProgress, choices);
  if (!imported) return 'cancelled';
  const { dropId } = original;
  const before = session.files.filter((other) => isReadWith(other, file, original, session.files));
  const isUnread = imported.every(({ error }) => error !== null);
  if (isUnread && before.some(({ passages }) => passages.length > 0)) return 'kept';
  await session.replaceFiles(
    before,
    imported.map((one) => ({ ...one, dropId })),
  );
  return 'replaced';
}

/** Whether reading `original` for `file` reads the other file too. Paths do not tell: two files may have the same. */
function isReadWith(
  other: FileRecord,
  file: FileRecord,
  original: OriginalFile,
  files: readonly FileRecord[],
): boolean {
  if (other.id === file.id) return true;
  if (other.dropId !== file.dropId) return false;
  // Records of older versions have a path alone.
  const isTwin = ({ id, path, dropId }: FileRecord): boolean =>
    dropId === undefined && path === file.path && id !== file.id;
  if (file.dropId === undefined && files.some(isTwin)) return false;
  return other.dropId === original.dropId || other.path.startsWith(`${file.path}/`);
}
