/**
 * What a file is, by its content. The name only decides between kinds of plain text that look alike, and never makes
 * a file something that its content is not.
 */
import type { FileKind } from './import-types.ts';

/** Kinds that have a mark at their start; a Word file is a ZIP until it is looked into. */
export function detectBinaryKind(head: Uint8Array): 'pdf' | 'zip' | 'unsupported' | null {
  const start = String.fromCharCode(...head.subarray(0, 1024));
  if (/%PDF-\d/.test(start)) return 'pdf'; // readers accept some bytes before it, so do we
  // eslint-disable-next-line no-control-regex -- the marks of ZIP archives
  if (/^PK(\x03\x04|\x05\x06|\x07\x08)/.test(start)) return 'zip';
  if (FOREIGN_MARKS.some((mark) => start.startsWith(mark))) return 'unsupported';
  return null;
}

/** PNG, JPEG, GIF, old Office files, gzip, 7z, RAR, ELF, Windows programs, RIFF, Ogg, WebAssembly, SQLite. */
const FOREIGN_MARKS = [
  '\x89PNG', '\xff\xd8\xff', 'GIF8', '\xd0\xcf\x11\xe0', '\x1f\x8b', '7z\xbc\xaf', 'Rar!', '\x7fELF', 'MZ\x90', 'RIFF',
  'OggS', '\x00asm', 'SQLite format 3', 'ID3',
]; // prettier-ignore

const HEADER_LINE =
  /^(from|to|cc|subject|date|received|return-path|message-id|mime-version|content-type|delivered-to|reply-to|x-[\w-]+|dkim-signature|arc-[\w-]+):/i;
const HTML_START = /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]{0,2000}?-->\s*)*<(!doctype\s+html|html|head|body)\b/i;
const SAMPLE_CHARACTERS = 65_536;

/** @param name only its ending counts */
export function detectTextKind(text: string, name: string): FileKind {
  const sample = text.slice(0, SAMPLE_CHARACTERS).replace(/^\ufeff/, '');
  const ending = /\.(\w{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (/^From \S+.*\r?\n/.test(sample) && looksLikeMessage(sample.slice(sample.indexOf('\n') + 1)))
    return 'mbox';
  if (looksLikeMessage(sample)) return 'email';
  if (HTML_START.test(sample)) return 'html';
  if (/^\s*[[{]/.test(sample)) {
    if (looksLikeJsonLines(sample)) return 'jsonl';
    if (/[\]}]\s*$/.test(text.slice(-1000)) && (ending === 'json' || parses(text))) return 'json';
  }
  if (/^(html?|xhtml)$/.test(ending) && /<\w+[\s>]/.test(sample)) return 'html';
  if (/^(csv|tsv)$/.test(ending) || looksLikeTable(sample)) return 'csv';
  return /^(md|markdown)$/.test(ending) ? 'markdown' : 'text';
}

/** Zero bytes never stand in text; other control characters hardly. */
export function looksBinary(text: string): boolean {
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  // eslint-disable-next-line no-control-regex -- they are what is counted
  const numControls = sample.match(/[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]/g)?.length ?? 0;
  return sample.includes('\0') || numControls > sample.length / 50;
}

function looksLikeMessage(sample: string): boolean {
  const lines = sample.split(/\r?\n/, 40);
  const end = lines.findIndex((line) => line === '');
  const head = lines.slice(0, end === -1 ? lines.length : end).filter((line) => !/^[ \t]/.test(line));
  const numHeaders = head.filter((line) => HEADER_LINE.test(line)).length;
  return numHeaders >= 2 && head.every((line) => /^[!-9;-~]+:/.test(line));
}

/** Two records or more on lines of their own; some that are broken do not make the file another. */
function looksLikeJsonLines(sample: string): boolean {
  const lines = sample.split(/\r?\n/, 20).filter((line) => line.trim() !== '');
  const records = lines.filter((line) => /^\s*[[{].*[\]}]\s*$/.test(line) && parses(line));
  return records.length >= 2 && records.length >= lines.length / 2;
}

/** Three lines or more with as many separators each, two or more. */
function looksLikeTable(sample: string): boolean {
  const lines = sample.split(/\r?\n/, 8).filter((line) => line.trim() !== '');
  if (lines.length < 3) return false;
  return [',', '\t', ';'].some((separator) => {
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
