/** Mailboxes (mbox): messages each start with a `From …` line after an empty line. */
import { decodeWords } from 'postal-mime';
import type { FileContent } from './file-content.ts';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note } from './import-notes.ts';

const HEAD_BYTES = 16_384;

export function readMailbox(bytes: Uint8Array): FileContent {
  const { messages, leftOut } = splitMailbox(bytes);
  const warnings = leftOut > 0 ? [note('first-messages', messages.length, leftOut)] : [];
  const names = new Map<string, number>();
  const parts = messages.map((content, place) => {
    const name = messageName(content) || `message ${place + 1}`;
    const numSame = (names.get(name) ?? 0) + 1;
    names.set(name, numSame);
    return { name: numSame === 1 ? name : `${name} (${numSame})`, content };
  });
  return { kind: 'mbox', units: [], warnings, parts };
}

/** Subject and date, which identify the message to users. */
function messageName(message: Uint8Array): string {
  const head = new TextDecoder().decode(message.subarray(0, HEAD_BYTES)).split(/\r?\n\r?\n/)[0] ?? '';
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ');
  const header = (name: string) =>
    decodeWords(new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(unfolded)?.[1]?.trim() ?? '');
  // A slash would look like a folder.
  const subject = header('subject').replaceAll('/', '∕').replaceAll('\\', '∖');
  return [subject, header('date')].filter(Boolean).join(', ');
}

function splitMailbox(bytes: Uint8Array): { messages: Uint8Array[]; leftOut: number } {
  const starts: number[] = [];
  let numFound = 0;
  for (let line = 0; line !== -1 && line < bytes.length; line = nextLine(bytes, line)) {
    if (!isFromLine(bytes, line) || (line > 0 && !followsEmptyLine(bytes, line))) continue;
    numFound += 1;
    if (numFound <= IMPORT_LIMITS.maxEntries + 1) starts.push(line);
  }
  const kept = starts.slice(0, IMPORT_LIMITS.maxEntries);
  const messages = kept.map((start, place) => {
    const head = nextLine(bytes, start);
    return bytes.subarray(head === -1 ? bytes.length : head, starts[place + 1] ?? bytes.length);
  });
  return { messages, leftOut: numFound - kept.length };
}

function nextLine(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(0x0a, from);
  return end === -1 ? -1 : end + 1;
}

function isFromLine(bytes: Uint8Array, at: number): boolean {
  return [0x46, 0x72, 0x6f, 0x6d, 0x20].every((byte, place) => bytes[at + place] === byte);
}

function followsEmptyLine(bytes: Uint8Array, at: number): boolean {
  return bytes[at - 2] === 0x0a || (bytes[at - 2] === 0x0d && bytes[at - 3] === 0x0a);
}
