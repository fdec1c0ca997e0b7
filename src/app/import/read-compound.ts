/**
 * Identifies compound files by their streams: Outlook messages, legacy Word, Excel and PowerPoint, encrypted
 * Office files.
 */
import { CompoundFile } from './compound-file.ts';
import type { FileContent } from './file-content.ts';
import { note, UnreadableFile } from './import-notes.ts';

export async function readCompound(bytes: Uint8Array): Promise<FileContent> {
  const file = new CompoundFile(bytes);
  if (file.has('EncryptedPackage')) throw new UnreadableFile(note('locked-document'));
  if (file.has('__properties_version1.0')) return (await import('./read-msg.ts')).readMsg(file);
  if (file.has('WordDocument')) return (await import('./read-doc.ts')).readDoc(file);
  if (file.has('Workbook') || file.has('Book')) return (await import('./read-xls.ts')).readXls(file);
  throw new UnreadableFile(note(file.has('PowerPoint Document') ? 'old-office' : 'unsupported'));
}
