/**
 * Bytes to text: a mark at the start, then UTF-8 where it holds, then what a web page says of itself, then the likeliest of
 * the older encodings (guess-encoding.ts).
 */
import { guessEncoding } from './guess-encoding.ts';

export interface DecodedText {
  readonly text: string;
  /** as `TextDecoder` names it */
  readonly encoding: string;
  /** Nothing said so: it may be another. */
  readonly guessed: boolean;
}

const UTF8_MARK = [0xef, 0xbb, 0xbf];
/** What share of a text may be zero bytes in every second place before it must be UTF-16. */
const UTF16_SHARE = 0.3;
const SAMPLE_BYTES = 4096;
/** Browsers look no further for it. */
const DECLARATION_BYTES = 1024;
const PAGE_OR_XML = /<(!doctype|html|head|meta|\?xml)[\s>]/i;
const DECLARATION = /<(?:meta\s[^>]*?charset|\?xml\s[^>]*?encoding)\s*=\s*["']?\s*([\w:.-]{1,40})/i;
const ESCAPE = 0x1b;
/** Broken characters in a thousand, above which a declared encoding is not believed. */
const MAX_BROKEN_SHARE = 0.001;

export function decodeText(bytes: Uint8Array): DecodedText {
  if (UTF8_MARK.every((byte, place) => bytes[place] === byte)) return decode(bytes, 'utf-8');
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decode(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decode(bytes, 'utf-16be');
  const unmarked = unmarkedUtf16(bytes);
  if (unmarked) return decode(bytes, unmarked);
  const utf8 = decodeUtf8(bytes);
  // Text in ASCII alone may still be in an encoding that switches by escapes.
  if (utf8 !== null && !bytes.subarray(0, SAMPLE_BYTES).includes(ESCAPE))
    return { text: utf8, encoding: 'utf-8', guessed: false };
  const declared = decodeDeclared(bytes);
  if (declared) return declared;
  if (utf8 !== null) return { text: utf8, encoding: 'utf-8', guessed: false };
  return { ...decode(bytes, guessEncoding(bytes)), guessed: true };
}

function decode(bytes: Uint8Array, encoding: string): DecodedText {
  return { text: new TextDecoder(encoding).decode(bytes), encoding, guessed: false };
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Null where nothing is declared, or it cannot be true. */
function decodeDeclared(bytes: Uint8Array): DecodedText | null {
  const head = String.fromCharCode(...bytes.subarray(0, DECLARATION_BYTES));
  const label = PAGE_OR_XML.test(head) ? DECLARATION.exec(head)?.[1] : undefined;
  if (label === undefined) return null;
  try {
    const { encoding } = new TextDecoder(label);
    if (encoding.startsWith('utf-')) return null; // it was tried, or would have shown its zeros
    const decoded = decode(bytes, encoding);
    const numBroken = decoded.text.split('\ufffd').length - 1;
    return numBroken <= decoded.text.length * MAX_BROKEN_SHARE ? decoded : null;
  } catch {
    return null; // there is no such encoding
  }
}

function unmarkedUtf16(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const half = sample.length / 2;
  let numEven = 0;
  let numOdd = 0;
  for (const [place, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (place % 2 === 0) numEven++;
    else numOdd++;
  }
  if (numOdd > half * UTF16_SHARE && numEven < numOdd / 10) return 'utf-16le';
  if (numEven > half * UTF16_SHARE && numOdd < numEven / 10) return 'utf-16be';
  return null;
}
