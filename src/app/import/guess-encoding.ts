/**
 * Which of the older encodings text is in that is not UTF-8. Western text is known by its accented letters, which stand
 * alone between plain ones; each of the others by the share of its pairs that fall where its frequent characters are.
 */

const SAMPLE_BYTES = 65_536;
/** What share of the bytes beyond ASCII must be as Western text has them. */
const MIN_WESTERN_SHARE = 0.8;
/** What share of the pairs must be frequent characters. */
const MIN_FREQUENT_SHARE = 0.7;
/** Of Japanese text, which has as many kanji as kana or fewer. */
const MIN_KANA_SHARE = 0.2;

interface PairEncoding {
  readonly name: string;
  readonly isFrequent: (first: number, second: number) => boolean;
  readonly isKana?: (first: number, second: number) => boolean;
}

/** Where two fit as well, the first is taken: Korean lies within what is frequent in Chinese, not the other way round. */
const PAIR_ENCODINGS: readonly PairEncoding[] = [
  {
    name: 'euc-jp',
    isFrequent: (first, second) => isHigh(second) && (within(first, 0xa1, 0xa5) || within(first, 0xb0, 0xcf)),
    isKana: (first, second) => isHigh(second) && within(first, 0xa4, 0xa5),
  },
  {
    name: 'shift_jis',
    isFrequent: (first, second) => within(first, 0x81, 0x83) || (within(first, 0x88, 0x97) && second >= 0x40),
    isKana: (first, second) =>
      (first === 0x82 && within(second, 0x9f, 0xf1)) || (first === 0x83 && within(second, 0x40, 0x96)),
  },
  { name: 'euc-kr', isFrequent: (first, second) => isHigh(second) && within(first, 0xb0, 0xc8) },
  {
    name: 'big5',
    isFrequent: (first, second) =>
      within(first, 0xa1, 0xc6) && (within(second, 0x40, 0x7e) || within(second, 0xa1, 0xfe)),
  },
  {
    name: 'gb18030',
    isFrequent: (first, second) => isHigh(second) && (within(first, 0xa1, 0xa3) || within(first, 0xb0, 0xd7)),
  },
];

/** @param bytes not UTF-8. Returns a name that `TextDecoder` knows. */
export function guessEncoding(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (westernShare(sample) >= MIN_WESTERN_SHARE) return 'windows-1252';
  if (isCyrillic(sample)) return 'windows-1251';
  let best = { name: 'windows-1252', share: MIN_FREQUENT_SHARE };
  for (const encoding of PAIR_ENCODINGS) {
    const share = frequentShare(sample, encoding);
    if (share > best.share) best = { name: encoding.name, share };
  }
  return best.name;
}

/** Accented letters and typographic marks with a plain character on both sides. */
function westernShare(bytes: Uint8Array): number {
  let numHigh = 0;
  let numFitting = 0;
  for (const [place, byte] of bytes.entries()) {
    if (byte < 0x80) continue;
    numHigh += 1;
    const isAlone = (bytes[place - 1] ?? 0x20) < 0x80 && (bytes[place + 1] ?? 0x20) < 0x80;
    if (isAlone && isWesternCharacter(byte)) numFitting += 1;
  }
  return numHigh === 0 ? 1 : numFitting / numHigh;
}

function isWesternCharacter(byte: number): boolean {
  const isLetter = byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7;
  // Quotation marks, dashes, the ellipsis, œ, the euro, § ° « »
  return (
    isLetter || [0x80, 0x85, 0x8c, 0x9c, 0xa7, 0xab, 0xb0, 0xbb].includes(byte) || within(byte, 0x91, 0x97)
  );
}

/** Words of high bytes, most of them small letters. */
function isCyrillic(bytes: Uint8Array): boolean {
  const high = bytes.filter((byte) => byte >= 0x80);
  const numLetters = high.filter((byte) => byte >= 0xc0 || byte === 0xa8 || byte === 0xb8).length;
  const numSmall = high.filter((byte) => byte >= 0xe0 || byte === 0xb8).length;
  return numLetters >= 0.9 * high.length && numSmall >= 0.7 * high.length;
}

function frequentShare(bytes: Uint8Array, { isFrequent, isKana }: PairEncoding): number {
  let numPairs = 0;
  let numFrequent = 0;
  let numKana = 0;
  for (let at = 0; at < bytes.length - 1; at++) {
    const first = bytes[at] ?? 0;
    if (first < 0x80) continue;
    const second = bytes[at + 1] ?? 0;
    at += 1;
    numPairs += 1;
    if (isFrequent(first, second)) numFrequent += 1;
    if (isKana?.(first, second)) numKana += 1;
  }
  if (numPairs === 0 || (isKana && numKana < MIN_KANA_SHARE * numPairs)) return 0;
  return numFrequent / numPairs;
}

function within(byte: number, from: number, to: number): boolean {
  return byte >= from && byte <= to;
}

function isHigh(byte: number): boolean {
  return within(byte, 0xa1, 0xfe);
}
