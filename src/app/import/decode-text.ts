/** Bytes to text: what the file says of itself, then UTF-8 where it holds, then the likeliest of the older encodings. */

export interface DecodedText {
  readonly text: string;
  /** as `TextDecoder` names it */
  readonly encoding: string;
}

const UTF8_MARK = [0xef, 0xbb, 0xbf];
/** What share of a text may be zero bytes in every second place before it must be UTF-16. */
const UTF16_SHARE = 0.3;
const SAMPLE_BYTES = 4096;
/** Older encodings, tried in turn on text that is not UTF-8; the last takes anything. */
const FALLBACKS = ['big5', 'gb18030', 'shift_jis', 'windows-1252'] as const;
/** Of the characters beyond ASCII, those that mean text was read rightly. */
const HAN_OR_KANA = /[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/g;

export function decodeText(bytes: Uint8Array): DecodedText {
  if (UTF8_MARK.every((byte, place) => bytes[place] === byte)) return decode(bytes, 'utf-8');
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decode(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decode(bytes, 'utf-16be');
  const unmarked = unmarkedUtf16(bytes);
  if (unmarked) return decode(bytes, unmarked);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return decode(bytes, likeliestFallback(bytes));
  }
}

function decode(bytes: Uint8Array, encoding: string): DecodedText {
  return { text: new TextDecoder(encoding).decode(bytes), encoding };
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

/** Big5 first, as the interface speaks Traditional Chinese; one that cannot be, or reads as no script, is passed over. */
function likeliestFallback(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, 16 * SAMPLE_BYTES);
  for (const encoding of FALLBACKS.slice(0, -1)) {
    const text = new TextDecoder(encoding).decode(sample);
    const numBroken = text.split('\ufffd').length - 1;
    // eslint-disable-next-line no-control-regex -- everything beyond ASCII
    const numBeyondAscii = text.match(/[^\x00-\x7f]/g)?.length ?? 0;
    const numRight = text.match(HAN_OR_KANA)?.length ?? 0;
    // The sample may end within a character.
    if (numBroken <= 1 && numRight >= 0.9 * numBeyondAscii) return encoding;
  }
  return FALLBACKS[FALLBACKS.length - 1] as string;
}
