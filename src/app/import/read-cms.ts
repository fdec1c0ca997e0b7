/**
 * Signed and encrypted content (CMS, RFC 5652: .p7m): signed content is read as a nested file, encrypted content is
 * reported as unreadable. Signatures are not checked.
 */
import { joinBytes } from './compound-file.ts';
import type { FileContent } from './file-content.ts';
import { note, UnreadableFile } from './import-notes.ts';

/** `1.2.840.113549.1.7.2`: signed data, in DER. */
const SIGNED_DATA = '2a864886f70d010702';
const TAG = { octets: 0x04, oid: 0x06, constructedOctets: 0x24 } as const;
const IS_CONSTRUCTED = 0x20;
const MAX_DEPTH = 64;
const MAX_CHILDREN = 1_000_000;

interface Element {
  readonly tag: number;
  readonly start: number;
  /** end of the content */
  readonly end: number;
  /** where the next element starts */
  readonly next: number;
}

/** @throws UnreadableFile if it is encrypted, or not signed data */
export function readCms(bytes: Uint8Array, path: string): FileContent {
  const der = bytes[0] === 0x30 ? bytes : fromBase64(bytes);
  const [type, wrapped] = children(der, elementAt(der, 0));
  if (!type || !wrapped || type.tag !== TAG.oid) throw new UnreadableFile(note('damaged'));
  if (hex(der.subarray(type.start, type.end)) !== SIGNED_DATA)
    throw new UnreadableFile(note('locked-certificate'));
  const [signedData] = children(der, wrapped);
  // Version, digest algorithms, then the content and its type.
  const [, , encapsulated] = signedData ? children(der, signedData) : [];
  const [, explicit] = encapsulated ? children(der, encapsulated) : [];
  const [octets] = explicit ? children(der, explicit) : [];
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.(p7m|p7s)$/i, '');
  // Without content it is a signature of another file.
  const parts = octets ? [{ name: name || 'content', content: octetsOf(der, octets, 0) }] : [];
  return { kind: 'signed', units: [], parts };
}

/** @throws UnreadableFile if it does not fit in the file */
function elementAt(der: Uint8Array, at: number, depth = 0): Element {
  const tag = der[at];
  const length = der[at + 1];
  if (tag === undefined || length === undefined || depth > MAX_DEPTH)
    throw new UnreadableFile(note('damaged'));
  const start = at + 2;
  if (length < 0x80) return fitting(der, { tag, start, end: start + length, next: start + length });
  if (length > 0x80) {
    const numBytes = length & 0x7f;
    const content = start + numBytes;
    const end = content + der.subarray(start, content).reduce((sum, byte) => sum * 256 + byte, 0);
    return fitting(der, { tag, start: content, end, next: end });
  }
  // Indefinite length: two zero bytes end it.
  let end = start;
  while (der[end] !== 0 || der[end + 1] !== 0) end = elementAt(der, end, depth + 1).next;
  return fitting(der, { tag, start, end, next: end + 2 });
}

function fitting(der: Uint8Array, element: Element): Element {
  if (element.next > der.length || element.end < element.start) throw new UnreadableFile(note('damaged'));
  return element;
}

function children(der: Uint8Array, { tag, start, end }: Element): Element[] {
  const found: Element[] = [];
  if ((tag & IS_CONSTRUCTED) === 0) return found;
  for (let at = start; at < end; at = found.at(-1)?.next ?? end) {
    if (found.length === MAX_CHILDREN) throw new UnreadableFile(note('damaged'));
    found.push(elementAt(der, at));
  }
  return found;
}

function octetsOf(der: Uint8Array, element: Element, depth: number): Uint8Array {
  if (element.tag === TAG.octets) return der.subarray(element.start, element.end);
  if (element.tag !== TAG.constructedOctets || depth > MAX_DEPTH) return new Uint8Array();
  return joinBytes(children(der, element).map((piece) => octetsOf(der, piece, depth + 1)));
}

function fromBase64(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder('latin1')
    .decode(bytes)
    .replace(/-----[^-]*-----/g, '')
    .replace(/[^A-Za-z0-9+/]/g, '');
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (error) {
    throw new UnreadableFile(note('damaged'), { cause: error });
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
