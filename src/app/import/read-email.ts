/** Email: the headers people read, the text, and attachments as separate files. */
import PostalMime, {
  addressParser,
  decodeWords,
  type Address,
  type Attachment,
  type Email,
} from 'postal-mime';
import { detectBinaryKind } from './detect-kind.ts';
import type { FileContent, FilePart } from './file-content.ts';
import { note, UnreadableFile, type ImportNote } from './import-notes.ts';
import { htmlToText } from './read-html.ts';
import { readWinmail } from './read-winmail.ts';

/** Address headers; each may occur several times. */
const ADDRESS_HEADERS = new Set(
  (
    'from sender reply-to to cc bcc resent-from resent-sender resent-to resent-cc resent-bcc delivered-to x-original-to ' +
    'mail-reply-to mail-followup-to disposition-notification-to'
  ).split(' '),
);
const TEXT_HEADERS = new Set(['subject', 'date', 'message-id', 'resent-date']);
/** Logos and signature images are smaller than a photographed or scanned page. */
const MAX_LOGO_BYTES = 20_000;
/** Size limit of the property list after an Apple Mail message. */
const MAX_FLAGS_BYTES = 65_536;
const SIGNATURE = /^application\/(x-)?(pkcs7|pgp)-signature$/;
const WINMAIL = /^application\/(vnd\.)?ms-tnef$/;

export async function readEmail(bytes: Uint8Array): Promise<Omit<FileContent, 'kind'>> {
  const message = await PostalMime.parse(messageBytes(bytes), {
    forceRfc822Attachments: true, // a nested message is a nested file, under the same limits
    attachmentEncoding: 'arraybuffer',
    maxNestingDepth: 64,
  }).catch((error: unknown) => {
    throw new UnreadableFile(note('damaged-message'), { cause: error });
  });
  const parts: FilePart[] = [];
  const bodies = messageBodies(message);
  let numPictures = 0;
  let numUnread = 0;
  for (const [place, attachment] of message.attachments.entries()) {
    const content = contentOf(attachment);
    if (SIGNATURE.test(attachment.mimeType)) continue;
    if (isOwnPicture(attachment, content)) numPictures += 1;
    else if (WINMAIL.test(attachment.mimeType) || /^winmail\.dat$/i.test(attachment.filename ?? '')) {
      const { text, files } = await readWinmail(content);
      if (text === '' && files.length === 0) numUnread += 1;
      if (text !== '') bodies.push(text);
      parts.push(...files);
    } else parts.push({ name: attachmentName(attachment, place), content });
  }
  const warnings: ImportNote[] = [
    ...(numUnread > 0 ? [note('unread-attachments', numUnread)] : []),
    ...(numPictures > 0 ? [note('pictures', numPictures)] : []),
  ];
  // Bodies may be encoded, so their lines do not correspond to the file's.
  const text = [messageHead(message).join('\n'), ...bodies].filter(Boolean).join('\n\n');
  return { units: [{ text }], warnings, parts };
}

/**
 * Apple Mail puts the message's length before it and a property list after it; the length is not always
 * correct.
 */
function messageBytes(bytes: Uint8Array): Uint8Array {
  const latin1 = new TextDecoder('latin1');
  const [line, digits] = /^(\d+)\s*\n/.exec(latin1.decode(bytes.subarray(0, 32))) ?? [];
  if (line === undefined) return bytes;
  const end = Math.min(bytes.length, line.length + Number(digits));
  const flags = /<\?xml [^>]*\?>\s*(<!DOCTYPE plist[^>]*>\s*)?<plist[\s\S]*<\/plist>\s*$/.exec(
    latin1.decode(bytes.subarray(-MAX_FLAGS_BYTES)),
  );
  const flagsAt = flags ? Math.max(0, bytes.length - MAX_FLAGS_BYTES) + flags.index : bytes.length;
  return bytes.subarray(line.length, Math.min(end, flagsAt));
}

/** Keeps the date as the sender wrote it: in another time zone it may be another day. */
function messageHead({ headers }: Email): string[] {
  const subjectFirst = [...headers].sort((a, b) => Number(b.key === 'subject') - Number(a.key === 'subject'));
  return subjectFirst.flatMap(({ key, originalKey, value }) => {
    if (ADDRESS_HEADERS.has(key)) return [`${originalKey}: ${addresses(addressParser(value)) || value}`];
    return TEXT_HEADERS.has(key) ? [`${originalKey}: ${decodeWords(value).trim()}`] : [];
  });
}

function addresses(list: readonly Address[]): string {
  return list
    .map(({ name, address, group }) => {
      const shown = decodeWords(name);
      if (group) return `${shown}: ${addresses(group)};`;
      return shown && address ? `${shown} <${address}>` : shown || address || '';
    })
    .filter(Boolean)
    .join(', ');
}

/** Includes both plain text and HTML if each says something the other does not. */
function messageBodies({ text: plain = '', html = '' }: Email): string[] {
  const text = plain.trim();
  const page = html === '' ? '' : htmlToText(html);
  if (text === '' || page === '') return [text || page].filter(Boolean);
  const [textWords, pageWords] = [wordsOf(text), wordsOf(page)];
  if (isWithin(pageWords, textWords)) return [text];
  return isWithin(textWords, pageWords) ? [page] : [text, page];
}

function isWithin(words: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...words].every((word) => others.has(word));
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

function isOwnPicture({ mimeType, disposition, related }: Attachment, content: Uint8Array): boolean {
  if (!mimeType.startsWith('image/') && detectBinaryKind(content) !== 'picture') return false;
  return related === true || disposition === 'inline' || content.length <= MAX_LOGO_BYTES;
}

function attachmentName({ filename, mimeType }: Attachment, place: number): string {
  return filename || `attachment ${place + 1}${mimeType === 'message/rfc822' ? '.eml' : ''}`;
}

function contentOf({ content }: Attachment): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
}
