/** Messages: the head a person reads, the text, and the attachments, which are files of their own. */
import PostalMime, { type Address } from 'postal-mime';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note, UnreadableFile } from './import-notes.ts';
import type { TextUnit } from './import-types.ts';
import { htmlToText } from './read-html.ts';

export interface Attachment {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ReadEmail {
  readonly units: TextUnit[];
  readonly attachments: Attachment[];
}

export async function readEmail(bytes: Uint8Array): Promise<ReadEmail> {
  const message = await PostalMime.parse(bytes, {
    forceRfc822Attachments: true, // a message within a message is a file within a file, under the same limits
    attachmentEncoding: 'arraybuffer',
    maxNestingDepth: 64,
  }).catch((error: unknown) => {
    throw new UnreadableFile(note('damaged-message'), { cause: error });
  });
  const head = [
    ['Subject', message.subject],
    ['From', addresses(message.from && [message.from])],
    ['To', addresses(message.to)],
    ['Cc', addresses(message.cc)],
    ['Date', message.date],
  ].flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  const body = message.text?.trim() || (message.html ? htmlToText(message.html) : '');
  return {
    // A body may be encoded, so that its lines are not those of the file.
    units: [{ text: [head.join('\n'), body].filter(Boolean).join('\n\n') }],
    attachments: message.attachments.map(({ filename, mimeType, content }, place) => ({
      name: filename || `attachment ${place + 1}${mimeType === 'message/rfc822' ? '.eml' : ''}`,
      bytes: typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content),
    })),
  };
}

/** Where the messages of a mailbox begin and end: at lines `From …` after an empty line. */
export function splitMailbox(bytes: Uint8Array): { messages: Uint8Array[]; leftOut: number } {
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

function addresses(list: readonly Address[] | undefined): string {
  return (list ?? [])
    .map(({ name, address }) => (name && address ? `${name} <${address}>` : name || address || ''))
    .filter(Boolean)
    .join(', ');
}
