/** Email: the headers people read, the text, and attachments as separate files. */
import PostalMime, {
  addressParser,
  decodeWords,
  type Address,
  type Attachment,
  type Email,
} from 'postal-mime';
import type { DocumentPicture, FileContent, FilePart } from './file-content.ts';
import { note, UnreadableFile } from './import-notes.ts';
import { differingBodies } from './mail-bodies.ts';
import { isOwnPicture } from './mail-pictures.ts';
import { readWinmail } from './read-winmail.ts';

/** Address headers; each may occur several times. */
const ADDRESS_HEADERS = new Set(
  (
    'from sender reply-to to cc bcc resent-from resent-sender resent-to resent-cc resent-bcc delivered-to x-original-to ' +
    'mail-reply-to mail-followup-to disposition-notification-to'
  ).split(' '),
);
const TEXT_HEADERS = new Set(['subject', 'date', 'message-id', 'resent-date']);
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
  const bodies = differingBodies(message.text ?? '', message.html ?? '');
  const pictures: DocumentPicture[] = [];
  let numUnread = 0;
  for (const [place, attachment] of message.attachments.entries()) {
    const content = contentOf(attachment);
    if (SIGNATURE.test(attachment.mimeType)) continue;
    if (isOwnPicture(content, attachment.related === true || attachment.disposition === 'inline'))
      pictures.push({ name: attachmentName(attachment, place), read: () => Promise.resolve(content) });
    else if (WINMAIL.test(attachment.mimeType) || /^winmail\.dat$/i.test(attachment.filename ?? '')) {
      const { text, files, numUnread: numWithin } = await readWinmail(content);
      numUnread += text === '' && files.length === 0 ? Math.max(1, numWithin) : numWithin;
      if (text !== '') bodies.push(text);
      parts.push(...files);
    } else parts.push({ name: attachmentName(attachment, place), content });
  }
  const warnings = numUnread > 0 ? [note('unread-attachments', numUnread)] : [];
  // Bodies may be encoded, so their lines do not correspond to the file's.
  const text = [messageHead(message).join('\n'), ...bodies].filter(Boolean).join('\n\n');
  return { units: [{ text }], warnings, pictures, parts };
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

function attachmentName({ filename, mimeType }: Attachment, place: number): string {
  return filename || `attachment ${place + 1}${mimeType === 'message/rfc822' ? '.eml' : ''}`;
}

function contentOf({ content }: Attachment): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
}
