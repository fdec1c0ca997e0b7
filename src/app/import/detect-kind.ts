/**
 * Detects a file's kind by its content. The name only distinguishes between similar plain text formats, and
 * never overrides the content.
 */
import { note, namedNote, type UnreadNote } from './import-notes.ts';
import type { FileKind } from './import-types.ts';
import { isNotebook } from './read-notebook.ts';

/** Kinds with a magic number; ZIP and compound files are identified further by their entries. */
export type BinaryKind =
  'pdf' | 'zip' | 'compound' | 'rtf' | 'gzip' | 'tar' | 'winmail' | 'signed' | 'picture' | 'unsupported';

export function detectBinaryKind(head: Uint8Array): BinaryKind | null {
  const start = String.fromCharCode(...head.subarray(0, 1024));
  // eslint-disable-next-line no-control-regex -- the marks of ZIP archives
  if (/^PK(\x03\x04|\x05\x06|\x07\x08)/.test(start)) return 'zip';
  if (start.startsWith('\xd0\xcf\x11\xe0')) return 'compound';
  if (start.startsWith('\x1f\x8b')) return 'gzip';
  if (/^\s*\{\\rtf/.test(start)) return 'rtf';
  if (isWinmail(head)) return 'winmail';
  if (CMS.test(start)) return 'signed';
  if (PICTURE.test(start)) return 'picture';
  if (FOREIGN_MARKS.some(([mark]) => mark.test(start))) return 'unsupported';
  if (isTar(head)) return 'tar';
  return isPdf(start) ? 'pdf' : null;
}

/**
 * PDF readers tolerate leading bytes, so do we. Tested last, and at line starts only: archives hold PDF files, and
 * texts and mail speak of them.
 */
function isPdf(start: string): boolean {
  const at = /(^(\xef\xbb\xbf)?\s*|[\r\n\0])%PDF-\d/.exec(start)?.index ?? -1;
  return at !== -1 && !looksLikeMessage(start.slice(0, at));
}

/** PNG, JPEG, GIF, BMP, TIFF, WebP, HEIC and AVIF, JPEG 2000. */
const PICTURE =
  /^(\x89PNG|\xff\xd8\xff|GIF8|BM[\s\S]{4}\0\0\0\0|II\*\0|MM\0\*|RIFF[\s\S]{4}WEBP|[\s\S]{4}ftyp(heic|heix|mif1|avif)|\0\0\0\x0cjP)/; // eslint-disable-line no-control-regex

/** CMS: an ASN.1 sequence with a PKCS #7 identifier, as DER, or as base64, which has three forms by alignment. */
const CMS = new RegExp(
  [
    '^\\x30(\\x80|[\\0-\\x7f]|[\\x81-\\x84][\\s\\S]{1,4})\\x06[\\x09\\x0b]\\x2a\\x86\\x48\\x86\\xf7\\x0d\\x01(\\x07|\\x09\\x10\\x01)',
    '^(-----BEGIN (PKCS7|CMS)-----\\s+)?MI[\\w+/]{1,8}(Y[JL]KoZIhvcNAQ[ck]|CSqGSIb3DQEH|BgkqhkiG9w0BBw)',
  ].join('|'),
);

/** Magic numbers of formats without readable text, with the reason to report. */
/* eslint-disable no-control-regex */
const FOREIGN_MARKS: readonly (readonly [RegExp, UnreadNote])[] = [
  [/^7z\xbc\xaf/, namedNote('other-archive', '7z')],
  [/^Rar!/, namedNote('other-archive', 'RAR')],
  [/^BZh[1-9]/, namedNote('other-archive', 'bzip2')],
  [/^\xfd7zXZ/, namedNote('other-archive', 'xz')],
  [/^\x28\xb5\x2f\xfd/, namedNote('other-archive', 'Zstandard')],
  [/^(RIFF|OggS|ID3|fLaC|\xff[\xfb\xf3\xf2]|\x1a\x45\xdf\xa3|[\s\S]{4}ftyp)/, note('recording')],
  [/^(\x7fELF|MZ\x90|\0asm|SQLite format 3|\xca\xfe\xba\xbe|wOFF|wOF2|OTTO)/, note('unsupported')],
];
/* eslint-enable no-control-regex */

export function whyUnsupported(head: Uint8Array): UnreadNote {
  const start = String.fromCharCode(...head.subarray(0, 64));
  return FOREIGN_MARKS.find(([mark]) => mark.test(start))?.[1] ?? note('unsupported');
}

/** Outlook's winmail.dat (TNEF). */
export function isWinmail(bytes: Uint8Array): boolean {
  return [0x78, 0x9f, 0x3e, 0x22].every((byte, place) => bytes[place] === byte);
}

/** A TAR header: contains the sum of its 512 bytes, computed with the checksum field blank. */
export function isTar(bytes: Uint8Array): boolean {
  if (bytes.length < 512) return false;
  const written = Number.parseInt(String.fromCharCode(...bytes.subarray(148, 156)).trim(), 8);
  let sum = 0;
  for (const [place, byte] of bytes.subarray(0, 512).entries())
    sum += place >= 148 && place < 156 ? 32 : byte;
  return written === sum;
}

const HEADER_LINE =
  /^(from|to|cc|bcc|subject|date|sender|received|return-path|message-id|mime-version|content-type|delivered-to|reply-to|x-[\w-]+|dkim-signature|arc-[\w-]+):/i;
/** Headers that mail programs write; `From:`, `To:` and `Date:` begin memos and settings too. */
const MAIL_ONLY =
  /^(mime-version|content-type|content-transfer-encoding|message-id|return-path|delivered-to|dkim-signature|received:\s*(from|by|\())|=\?[\w-]+\?[bq]\?/im;
/** The body of a message, without the message's own headers. */
const MAIL_BODY = /^(mime-version:|content-type:\s*(text|multipart|message)\/)/i;
const HTML_START =
  /^\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->)[\s\S]){0,2000}-->\s*)*<(!doctype\s+html|html|head|body)\b/i;
const XML_START =
  /^\s*(<\?xml\s|<!DOCTYPE\s(?!html)|<[a-z_][\w.-]*(:[\w.-]+)?(\s+xmlns(:\w+)?=|\s*>[\s\S]*<\/[a-z_]))/i;
const CODE_ENDINGS =
  /^(c|cc|cpp|cxx|h|hh|hpp|cs|java|kt|kts|scala|js|mjs|cjs|jsx|ts|mts|cts|tsx|py|pyi|rb|php|go|rs|swift|m|mm|pl|pm|r|lua|sh|bash|zsh|fish|ps1|bat|cmd|sql|css|scss|less|vue|svelte|yaml|yml|toml|ini|cfg|conf|properties|gradle|cmake|tex|bib|el|clj|ex|exs|erl|hs|ml|fs|vb|vbs|asm|s|f|f90|jl|dart|proto|graphql|tf|dockerfile|makefile)$/;
const SAMPLE_CHARACTERS = 65_536;

/** @param name only its extension is used */
export function detectTextKind(text: string, name: string): FileKind {
  const sample = text.slice(0, SAMPLE_CHARACTERS).replace(/^\ufeff/, '');
  const ending = /\.(\w{1,12})$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (/^From \S.*\r?\n/.test(sample) && looksLikeMessage(sample.slice(sample.indexOf('\n') + 1)))
    return 'mbox';
  if (!CODE_ENDINGS.test(ending) && isMail(sample, ending)) return 'email';
  if (/^BEGIN:V(CALENDAR|CARD)\b/i.test(sample)) return 'calendar';
  if (/^WEBVTT\b/.test(sample) || /^\s*\d+\s*\r?\n\d+:\d\d:\d\d,\d+ -->/.test(sample)) return 'subtitles';
  if (HTML_START.test(sample)) return 'html';
  if (/^\s*[[{]/.test(sample)) {
    if (isNotebook(text) && (ending === 'ipynb' || parses(text))) return 'notebook';
    if (looksLikeJsonLines(sample)) return 'jsonl';
    if (/[\]}]\s*$/.test(text.slice(-1000)) && (ending === 'json' || parses(text))) return 'json';
  }
  if (/^(html?|xhtml)$/.test(ending) && /<\w+[\s>]/.test(sample)) return 'html';
  if (CODE_ENDINGS.test(ending)) return 'code';
  if (XML_START.test(sample)) return 'xml';
  if (/^(csv|tsv)$/.test(ending) || (ending !== 'log' && looksLikeTable(sample))) return 'csv';
  return /^(md|markdown)$/.test(ending) ? 'markdown' : 'text';
}

/** Text never contains zero bytes and rarely other control characters. */
export function looksBinary(text: string): boolean {
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  // eslint-disable-next-line no-control-regex -- they are what is counted
  const numControls = sample.match(/[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]/g)?.length ?? 0;
  return sample.includes('\0') || numControls > sample.length / 50;
}

function isMail(sample: string, ending: string): boolean {
  if (MAIL_BODY.test(sample)) return true;
  const message = sample.replace(/^\d+\s*\n/, '');
  if (!looksLikeMessage(message)) return false;
  return /^emlx?$/.test(ending) || MAIL_ONLY.test(message.split(/\r?\n\r?\n/, 1)[0] ?? '');
}

/**
 * Requires two headers that every message has, and no non-header lines; with more headers, some odd lines are
 * allowed.
 */
function looksLikeMessage(sample: string): boolean {
  const lines = sample.replace(/^>?From .*\r?\n/, '').split(/\r?\n/, 60);
  const end = lines.findIndex((line) => line === '');
  const head = lines.slice(0, end === -1 ? lines.length : end).filter((line) => !/^[ \t]/.test(line));
  const numHeaders = head.filter((line) => HEADER_LINE.test(line)).length;
  const numOdd = head.filter((line) => !/^[!-9;-~]+:/.test(line)).length;
  return numHeaders >= 2 && (numOdd === 0 || (numHeaders >= 4 && numOdd <= numHeaders / 4));
}

/** At least two lines are records; a few broken lines are allowed. */
function looksLikeJsonLines(sample: string): boolean {
  const lines = sample.split(/\r?\n/, 20).filter((line) => line.trim() !== '');
  const records = lines.filter((line) => /^\s*[[{].*[\]}]\s*$/.test(line) && parses(line));
  return records.length >= 2 && records.length >= lines.length / 2;
}

/** At least three lines, all with the same number of separators, two or more. */
function looksLikeTable(sample: string): boolean {
  const lines = sample.split(/\r?\n/, 8).filter((line) => line.trim() !== '');
  if (lines.length < 3) return false;
  return [',', '\t', ';', '|'].some((separator) => {
    const counts = lines.slice(0, -1).map((line) => line.replace(/"[^"]*"/g, '').split(separator).length - 1);
    return (counts[0] ?? 0) >= 2 && counts.every((count) => count === counts[0]);
  });
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
