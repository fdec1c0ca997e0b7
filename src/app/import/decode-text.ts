/**
 * Decodes bytes to text. Tries in order: byte order mark, valid UTF-8, an encoding declared as on web pages,
 * then the most likely legacy encoding (guess-encoding.ts).
 */
import { guessEncoding, type Encoding } from './guess-encoding.ts';

export interface DecodedText {
  readonly text: string;
  /** `TextDecoder` name, or UTF-32 */
  readonly encoding: string;
  /** Nothing in the file declares the encoding, so it may be wrong. */
  readonly guessed: boolean;
}

/** Longer marks first: UTF-32's mark starts with UTF-16's. */
const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** Minimum share of zeros in every second byte to assume UTF-16. */
const UTF16_SHARE = 0.3;
const SAMPLE_BYTES = 4096;
/** Browsers search no further for a declaration. */
const DECLARATION_BYTES = 1024;
const PAGE_OR_XML = /<(!doctype|html|head|meta|\?xml)[\s>]/i;
const DECLARATION = /<(?:meta\s[^>]*?charset|\?xml\s[^>]*?encoding)\s*=\s*["']?\s*([\w:.-]{1,40})/i;
/** Escape sequences with which ISO-2022-JP switches character sets. */
// eslint-disable-next-line no-control-regex -- it is what is looked for
const ISO_2022_JP = /\x1b(\$[@B]|\([BIJ]|\$\(D)/;
/** Reject an encoding with more than one broken character in a thousand. */
const MAX_BROKEN_SHARE = 0.001;

/** @param chosen by the user; overrides detection */
export async function decodeText(bytes: Uint8Array, chosen?: Encoding): Promise<DecodedText> {
  if (chosen) return decode(bytes, chosen);
  const marked = MARKS.find(([, mark]) => mark.every((byte, place) => bytes[place] === byte));
  if (marked) return decode(bytes, marked[0]);
  const wide = unmarkedWide(bytes);
  if (wide) return decode(bytes, wide);
  const valid = validUtf8(bytes);
  if (valid !== null && ISO_2022_JP.test(valid.slice(0, SAMPLE_BYTES))) return decode(bytes, 'iso-2022-jp');
  if (valid !== null) return { text: valid, encoding: 'utf-8', guessed: false };
  const declared = decodeDeclared(bytes);
  if (declared) return declared;
  const utf8 = decode(bytes, 'utf-8');
  // A few broken bytes in a long UTF-8 text do not indicate another encoding.
  if (brokenShare(utf8.text) <= MAX_BROKEN_SHARE && /[^\0-\x7f\ufffd]/.test(utf8.text)) return utf8;
  return { ...decode(bytes, await guessEncoding(bytes)), guessed: true };
}

function decode(bytes: Uint8Array, encoding: string): DecodedText {
  const text = encoding.startsWith('utf-32')
    ? decodeUtf32(bytes, encoding === 'utf-32le')
    : new TextDecoder(encoding).decode(bytes);
  return { text, encoding, guessed: false };
}

/** Null if it is invalid. A replacement character in the text is no sign of that: it may have been written. */
export function validUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Invalid code points become U+FFFD, as with `TextDecoder`. */
function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length - (bytes.length % 4));
  const pieces: string[] = [];
  for (let at = 0; at < view.byteLength; at += 4) {
    const code = view.getUint32(at, isLittleEndian);
    const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    pieces.push(isCharacter ? String.fromCodePoint(code) : '\ufffd');
  }
  if (view.byteLength < bytes.length) pieces.push('\ufffd');
  return pieces.join('').replace(/^\ufeff/, '');
}

/** Null if nothing is declared, or the declaration cannot be true. */
function decodeDeclared(bytes: Uint8Array): DecodedText | null {
  const head = String.fromCharCode(...bytes.subarray(0, DECLARATION_BYTES));
  const label = PAGE_OR_XML.test(head) ? DECLARATION.exec(head)?.[1] : undefined;
  if (label === undefined) return null;
  try {
    const { encoding } = new TextDecoder(label);
    if (encoding.startsWith('utf-')) return null; // already tried, or its zero bytes would have shown
    const decoded = decode(bytes, encoding);
    return brokenShare(decoded.text) <= MAX_BROKEN_SHARE ? decoded : null;
  } catch {
    return null; // unknown encoding
  }
}

function brokenShare(text: string): number {
  return (text.split('\ufffd').length - 1) / Math.max(1, text.length);
}

/** Detects UTF-16 or UTF-32 of mostly Latin text by the position of its zero bytes. */
function unmarkedWide(bytes: Uint8Array): Encoding | null {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const zeros = [0, 0, 0, 0];
  for (const [place, byte] of sample.entries())
    if (byte === 0) zeros[place % 4] = (zeros[place % 4] ?? 0) + 1;
  const share = zeros.map((count) => count / Math.max(1, sample.length / 4));
  const [first = 0, second = 0, third = 0, fourth = 0] = share;
  if (second > 0.8 && third > 0.8 && fourth > 0.8 && first < 0.1) return 'utf-32le';
  if (first > 0.8 && second > 0.8 && third > 0.8 && fourth < 0.1) return 'utf-32be';
  const [even, odd] = [(first + third) / 2, (second + fourth) / 2];
  if (odd > UTF16_SHARE && even < odd / 10) return 'utf-16le';
  if (even > UTF16_SHARE && odd < even / 10) return 'utf-16be';
  return null;
}
