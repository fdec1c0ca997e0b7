/** Whether a file is too large to read, from its size and first bytes. */
import { detectBinaryKind, detectTextKind } from './detect-kind.ts';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note, type UnreadNote } from './import-notes.ts';

/** Enough to distinguish a container from a text. */
export const HEAD_BYTES = 1024;

/**
 * @param head start of the file; may be longer than HEAD_BYTES
 * @param name only its extension is used
 */
export function sizeProblem(head: Uint8Array, numBytes: number, name: string): UnreadNote | null {
  if (numBytes === 0) return note('empty');
  const start = head.subarray(0, HEAD_BYTES);
  const isContainer = detectBinaryKind(start) !== null || isMailHead(start, name, numBytes > start.length);
  const limit = isContainer ? IMPORT_LIMITS.maxContainerBytes : IMPORT_LIMITS.maxTextBytes;
  if (numBytes <= limit) return null;
  return note(isContainer ? 'too-large-container' : 'too-large-text', numBytes, limit);
}

function isMailHead(head: Uint8Array, name: string, isCut: boolean): boolean {
  const text = new TextDecoder().decode(head);
  // Drop the incomplete last line: half a header name would not be recognised.
  const whole = isCut ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  const kind = detectTextKind(whole, name);
  return kind === 'mbox' || kind === 'email';
}
