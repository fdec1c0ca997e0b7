/** winmail.dat (TNEF): Outlook's wrapper for a message's formatted text and attachments. */
import { decodeText } from './decode-text.ts';
import { isWinmail } from './detect-kind.ts';
import type { FilePart } from './file-content.ts';
import { MAPI, mapiBody } from './mapi.ts';
import { encodingOfPage } from './rtf-charsets.ts';

/** Message and attachment attributes, from [MS-OXTNEF]. */
const ATTRIBUTES = { body: 0x800c, messageProperties: 0x9003, codepage: 0x9007, attachBegin: 0x9002, attachTitle: 0x8010, attachData: 0x800f, attachProperties: 0x9005 }; // prettier-ignore

/** Before an attached message: the interface of its object. */
const GUID_BYTES = 16;

export interface Winmail {
  /** the body, from whichever form is present */
  readonly text: string;
  readonly files: FilePart[];
  /** attachments without content that can be read, such as objects of other programs */
  readonly numUnread: number;
}

/** Reads up to any damage and keeps what came before it. */
export async function readWinmail(bytes: Uint8Array): Promise<Winmail> {
  const files: { name: string; content: Uint8Array }[] = [];
  let text = '';
  let page = 0;
  let properties = new Map<number, Property>();
  if (isWinmail(bytes)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    // Signature and key, then repeated level, tag, length, data, checksum.
    for (let at = 6; at + 9 <= bytes.length;) {
      const tag = view.getUint16(at + 1, true);
      const length = view.getUint32(at + 5, true);
      const data = bytes.subarray(at + 9, at + 9 + length);
      at += 9 + length + 2;
      const file = files.at(-1);
      if (tag === ATTRIBUTES.attachBegin)
        files.push({ name: `attachment ${files.length + 1}`, content: new Uint8Array() });
      else if (tag === ATTRIBUTES.body) text = plainText(data, page);
      else if (tag === ATTRIBUTES.messageProperties) properties = readProperties(data);
      else if (tag === ATTRIBUTES.codepage) page = codepageOf(data);
      else if (file && tag === ATTRIBUTES.attachTitle) file.name = plainText(data, page) || file.name;
      else if (file && tag === ATTRIBUTES.attachData) file.content = data;
      else if (file && tag === ATTRIBUTES.attachProperties) {
        const described = readProperties(data);
        const name = described.get(MAPI.attachLongName);
        if (name) file.name = textOf(name, page) || file.name;
        const object = described.get(MAPI.attachData)?.data.subarray(GUID_BYTES);
        if (object && isWinmail(object)) file.content = object;
      }
    }
  }
  const [body, html] = [properties.get(MAPI.body), properties.get(MAPI.html)];
  const read = files.filter(({ content }) => content.length > 0);
  return {
    text: await mapiBody(
      text || (body ? textOf(body, page) : ''),
      html ? (await decodeText(html.data)).text : '',
      properties.get(MAPI.rtf)?.data ?? null,
    ),
    files: read,
    numUnread: files.length - read.length,
  };
}

/** Sizes of fixed-length values, by property type. */
const FIXED_BYTES: Readonly<Record<number, number>> = {
  2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16,
}; // prettier-ignore

interface Property {
  readonly type: number;
  readonly data: Uint8Array;
}

const UNICODE = 0x1f;

/** Properties by id; of multiple values only the first. */
function readProperties(data: Uint8Array): Map<number, Property> {
  const properties = new Map<number, Property>();
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const numProperties = data.length >= 4 ? view.getUint32(0, true) : 0;
  let at = 4;
  try {
    for (let n = 0; n < numProperties; n++) {
      const flags = view.getUint16(at, true);
      const id = view.getUint16(at + 2, true);
      at += 4;
      if (id >= 0x8000) {
        // A named property: a GUID, then an id or a name.
        const isName = view.getUint32(at + 16, true) === 1;
        at += 24;
        if (isName) at += padded(view.getUint32(at - 4, true));
      }
      const isMany = (flags & 0x1000) !== 0;
      const type = flags & 0xfff;
      const fixed = FIXED_BYTES[type];
      let count = 1;
      if (isMany || fixed === undefined) {
        count = view.getUint32(at, true);
        at += 4;
      }
      for (let value = 0; value < count; value++) {
        let length = fixed ?? 0;
        if (fixed === undefined) {
          length = view.getUint32(at, true);
          at += 4;
        }
        if (at + length > data.length) return properties;
        if (value === 0) properties.set(id, { type, data: data.subarray(at, at + length) });
        at += padded(length);
      }
    }
  } catch {
    // End of data: keep what was read.
  }
  return properties;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function codepageOf(data: Uint8Array): number {
  return data.length >= 4 ? new DataView(data.buffer, data.byteOffset).getUint32(0, true) : 0;
}

function textOf({ type, data }: Property, page: number): string {
  return type === UNICODE ? untilZero(new TextDecoder('utf-16le').decode(data)) : plainText(data, page);
}

/** @param page code page; 0 if unknown */
function plainText(data: Uint8Array, page: number): string {
  return untilZero(new TextDecoder(encodingOfPage(page)).decode(data));
}

function untilZero(text: string): string {
  return text.replace(/\0.*$/s, '').trim();
}
