/** Guesses the encoding of bytes that are not Unicode and declare none, among those that browsers decode. */

const SAMPLE_BYTES = 65_536;

/** Encodings the user can choose: `TextDecoder` names, plus the two UTF-32 forms it lacks. */
export const ENCODINGS = [
  'utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be', 'windows-1252', 'windows-1250', 'windows-1251', 'windows-1253',
  'windows-1254', 'windows-1255', 'windows-1256', 'windows-1257', 'windows-1258', 'windows-874', 'iso-8859-2',
  'iso-8859-3', 'iso-8859-4', 'iso-8859-5', 'iso-8859-6', 'iso-8859-7', 'iso-8859-8', 'iso-8859-10', 'iso-8859-13',
  'iso-8859-14', 'iso-8859-15', 'iso-8859-16', 'koi8-r', 'koi8-u', 'ibm866', 'macintosh', 'x-mac-cyrillic', 'big5',
  'gb18030', 'euc-jp', 'shift_jis', 'iso-2022-jp', 'euc-kr',
] as const; // prettier-ignore

export type Encoding = (typeof ENCODINGS)[number];

export function isEncoding(name: string): name is Encoding {
  return (ENCODINGS as readonly string[]).includes(name);
}

/** The detector's names that differ from `TextDecoder`'s for the same, or nearly the same, encoding. */
const DETECTED_NAMES: Readonly<Record<string, Encoding>> = {
  big5hkscs: 'big5', cp932: 'shift_jis', shift_jis_2004: 'shift_jis', cp949: 'euc-kr', 'euc-jis-2004': 'euc-jp',
  gb2312: 'gb18030', gbk: 'gb18030', cp874: 'windows-874', 'tis-620': 'windows-874', 'iso-8859-1': 'windows-1252',
  'iso-8859-9': 'windows-1254', 'iso-8859-11': 'windows-874', cp866: 'ibm866', macroman: 'macintosh', 'mac-roman': 'macintosh',
  'mac-cyrillic': 'x-mac-cyrillic', maccyrillic: 'x-mac-cyrillic', 'iso2022-jp-2': 'iso-2022-jp',
  'iso2022-jp-2004': 'iso-2022-jp', 'iso2022-jp-ext': 'iso-2022-jp',
}; // prettier-ignore

export async function guessEncoding(bytes: Uint8Array): Promise<Encoding> {
  const { detectAll } = await import('jschardet');
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  for (const { encoding } of detectAll(sample)) {
    const name = encoding?.toLowerCase() ?? '';
    const known = DETECTED_NAMES[name] ?? name;
    if (isEncoding(known) && !known.startsWith('utf-') && !mixesScripts(sample, known)) return known;
  }
  return 'windows-1252';
}

/**
 * No language mixes ASCII letters with those of another script within a word; the detector overlooks this in
 * short texts.
 */
function mixesScripts(bytes: Uint8Array, encoding: Encoding): boolean {
  const text = new TextDecoder(encoding).decode(bytes);
  const numForeign = text.match(FOREIGN)?.length ?? 0;
  return (text.match(MIXED)?.length ?? 0) > numForeign * MAX_MIXED_SHARE;
}

const FOREIGN = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}]/gu;
const MIXED = /[a-z](?=[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}])/giu;
const MAX_MIXED_SHARE = 0.2;
