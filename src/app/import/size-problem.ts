/** Whether a file is too large to be read, from its size and its first bytes. */
import { detectBinaryKind, detectTextKind } from './detect-kind.ts';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note, type UnreadNote } from './import-notes.ts';

/** Enough to tell a file that holds other files from a text. */
export const HEAD_BYTES = 1024;

/** @param head the file's beginning; more than HEAD_BYTES of it do no harm */
export function sizeProblem(head: Uint8Array, numBytes: number): UnreadNote | null {
  if (numBytes === 0) return note('empty');
  const start = head.subarray(0, HEAD_BYTES);
  const isContainer = detectBinaryKind(start) !== null || isMailHead(start, numBytes > start.length);
  const limit = isContainer ? IMPORT_LIMITS.maxContainerBytes : IMPORT_LIMITS.maxTextBytes;
  if (numBytes <= limit) return null;
  return note(isContainer ? 'too-large-container' : 'too-large-text', numBytes, limit);
}

function isMailHead(head: Uint8Array, isCut: boolean): boolean {
  const text = new TextDecoder().decode(head);
  // Half of a header's name is none.
  const whole = isCut ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  const kind = detectTextKind(whole, '');
  return kind === 'mbox' || kind === 'email';
}
