/** Outlook messages (.msg, [MS-OXMSG]): the headers people read, the text, and the attachments. */
import type { CompoundFile } from './compound-file.ts';
import { decodeText } from './decode-text.ts';
import type { DocumentPicture, FileContent, FilePart } from './file-content.ts';
import { note } from './import-notes.ts';
import { isOwnPicture } from './mail-pictures.ts';
import { fileTime, MAPI, mapiBody } from './mapi.ts';
import { encodingOfPage } from './rtf-charsets.ts';

/** Nested messages, which are storages rather than files. */
const MAX_DEPTH = 4;
const RECIPIENTS = ['From', 'To', 'Cc', 'Bcc'];

export async function readMsg(file: CompoundFile): Promise<FileContent> {
  const parts: FilePart[] = [];
  const state = { numUnread: 0, pictures: [] as DocumentPicture[] };
  const text = await readMessage(file, '', parts, state, 0);
  const warnings = state.numUnread > 0 ? [note('unread-attachments', state.numUnread)] : [];
  return { kind: 'msg', units: [{ text }], warnings, pictures: state.pictures, parts };
}

async function readMessage(
  file: CompoundFile,
  path: string,
  parts: FilePart[],
  state: { numUnread: number; readonly pictures: DocumentPicture[] },
  depth: number,
): Promise<string> {
  const message = new Properties(file, path);
  const head = [
    `Subject: ${message.text(MAPI.subject)}`,
    `From: ${withAddress(message.text(MAPI.senderName), message.text(MAPI.senderSmtp) || message.text(MAPI.senderEmail))}`,
    ...recipients(file, path, message),
    `Date: ${message.header('Date') || message.time(MAPI.clientSubmitTime) || message.time(MAPI.deliveryTime)}`,
    `Message-ID: ${message.text(MAPI.messageId) || message.header('Message-ID')}`,
  ].filter((line) => !/^[\w-]+: *$/.test(line));
  const html = message.bytes(MAPI.html);
  const page = html ? (await decodeText(html)).text : message.text(MAPI.html);
  const body = await mapiBody(message.text(MAPI.body), page, message.bytes(MAPI.rtf));
  for (const name of file.list(path).filter((entry) => entry.startsWith('__attach_version1.0_'))) {
    const place = join(path, name);
    const attachment = new Properties(file, place, message.page);
    const title =
      attachment.text(MAPI.attachLongName) ||
      attachment.text(MAPI.attachName) ||
      attachment.text(MAPI.displayName);
    const content = attachment.bytes(MAPI.attachData);
    const inner = `${place}/__substg1.0_3701000D`;
    if (content && isOwnPicture(content, attachment.text(MAPI.attachContentId) !== ''))
      state.pictures.push({ name: title, read: () => Promise.resolve(content) });
    else if (content) parts.push({ name: title || 'attachment', content });
    else if (file.has(`${inner}/__properties_version1.0`) && depth < MAX_DEPTH) {
      const text = await readMessage(file, inner, parts, state, depth + 1);
      parts.push({ name: `${title || 'message'}.txt`, content: new TextEncoder().encode(text) });
    } else state.numUnread += 1;
  }
  return [head.join('\n'), body].filter(Boolean).join('\n\n');
}

/** From the recipient entries, else from Outlook's display text. */
function recipients(file: CompoundFile, path: string, message: Properties): string[] {
  const lists: string[][] = [[], [], [], []];
  for (const name of file.list(path).filter((entry) => entry.startsWith('__recip_version1.0_'))) {
    const recipient = new Properties(file, join(path, name), message.page);
    const address = recipient.text(MAPI.smtp) || recipient.text(MAPI.email);
    const shown = withAddress(recipient.text(MAPI.displayName), address);
    (lists[recipient.number(MAPI.recipientType) & 3] ?? lists[1])?.push(shown);
  }
  const shown = [
    '',
    message.text(MAPI.displayTo),
    message.text(MAPI.displayCc),
    message.text(MAPI.displayBcc),
  ];
  return [1, 2, 3].map((kind) => `${RECIPIENTS[kind]}: ${lists[kind]?.join(', ') || shown[kind]}`);
}

function withAddress(name: string, address: string): string {
  if (!address || name === address) return name || address;
  return name ? `${name} <${address}>` : address;
}

/**
 * Properties of a message, recipient or attachment: long values have their own streams, short ones share one.
 */
class Properties {
  readonly #file: CompoundFile;
  readonly #path: string;
  readonly #short: DataView;
  /** code page of texts that are not Unicode; 0 if unknown */
  readonly page: number;

  /** @param page that of the message, of which it is a part */
  constructor(file: CompoundFile, path: string, page = 0) {
    this.#file = file;
    this.#path = path;
    const bytes = file.stream(join(path, '__properties_version1.0')) ?? new Uint8Array();
    this.#short = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    // That of the page is not always that of the other texts.
    this.page = this.number(MAPI.codepage) || this.number(MAPI.internetCodepage) || page;
  }

  text(id: number): string {
    const wide = this.#stream(id, '001F');
    if (wide) return trim(new TextDecoder('utf-16le').decode(wide));
    const narrow = this.#stream(id, '001E');
    return narrow ? trim(new TextDecoder(encodingOfPage(this.page)).decode(narrow)) : '';
  }

  bytes(id: number): Uint8Array | null {
    return this.#stream(id, '0102');
  }

  number(id: number): number {
    const at = this.#find(id);
    return at === -1 ? 0 : this.#short.getUint32(at + 8, true);
  }

  /** ISO 8601, in UTC. */
  time(id: number): string {
    const at = this.#find(id);
    if (at === -1) return '';
    return fileTime(this.#short.getUint32(at + 8, true), this.#short.getUint32(at + 12, true));
  }

  /** From the transport headers, if present. */
  header(name: string): string {
    return new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(this.text(MAPI.headers))?.[1]?.trim() ?? '';
  }

  #stream(id: number, type: string): Uint8Array | null {
    const name = `__substg1.0_${id.toString(16).toUpperCase().padStart(4, '0')}${type}`;
    return this.#file.stream(join(this.#path, name));
  }

  /** 16-byte records after a header of 8, 24 or 32 bytes: their alignment follows from the length. */
  #find(id: number): number {
    for (let at = this.#short.byteLength % 16; at + 16 <= this.#short.byteLength; at += 16)
      if (this.#short.getUint16(at + 2, true) === id) return at;
    return -1;
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

function trim(text: string): string {
  return text.replace(/(?<!\0)\0+$/, '').trim();
}
