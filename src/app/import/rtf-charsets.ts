/** The encoding of bytes in RTF text: the file's code page, or that of the current font. */

/** Windows code pages by font character set. */
const CHARSET_PAGES: Readonly<Record<number, number>> = {
  77: 10000, 78: 932, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256,
  186: 1257, 204: 1251, 222: 874, 238: 1250,
}; // prettier-ignore

/** Null for 0 and 1, which mean the file's own. */
export function pageOfCharset(charset: number): number | null {
  return CHARSET_PAGES[charset] ?? null;
}

const PAGE_NAMES: Readonly<Record<number, string>> = {
  437: 'windows-1252', 850: 'windows-1252', 866: 'ibm866', 874: 'windows-874', 932: 'shift_jis', 936: 'gb18030', 949: 'euc-kr',
  950: 'big5', 10000: 'macintosh', 10007: 'x-mac-cyrillic', 65001: 'utf-8', 20866: 'koi8-r', 21866: 'koi8-u', 1361: 'euc-kr',
  28592: 'iso-8859-2', 28595: 'iso-8859-5', 28605: 'iso-8859-15', 50220: 'iso-2022-jp', 51932: 'euc-jp', 54936: 'gb18030',
  1200: 'utf-16le',
}; // prettier-ignore

/** `TextDecoder` name; Western if unknown. */
export function encodingOfPage(page: number): string {
  if (page >= 1250 && page <= 1258) return `windows-${page}`;
  return PAGE_NAMES[page] ?? 'windows-1252';
}
