/** TAR archives: files only, with GNU and POSIX long names; link targets are ignored. */
import { isSystemFile } from './clean-path.ts';
import { isTar } from './detect-kind.ts';
import type { FileContent, FilePart } from './file-content.ts';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note } from './import-notes.ts';

const BLOCK = 512;

export function readTar(bytes: Uint8Array): FileContent {
  const parts: FilePart[] = [];
  let numFound = 0;
  let longName = '';
  let isBroken = false;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const head = bytes.subarray(at, at + BLOCK);
    at += BLOCK;
    if (head.every((byte) => byte === 0)) continue;
    if (!isTar(head)) {
      isBroken = true;
      break;
    }
    const size = sizeOf(head);
    const content = bytes.subarray(at, at + size);
    at += Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(head[156] ?? 0);
    if (type === 'L') longName = text(content);
    else if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text(content))?.[1] ?? longName;
    else if (type === '0' || type === '\0' || type === '7') {
      const prefix = text(head.subarray(257, 262)) === 'ustar' ? text(head.subarray(345, 500)) : '';
      const name = longName || [prefix, text(head.subarray(0, 100))].filter(Boolean).join('/');
      longName = '';
      if (name.endsWith('/') || isSystemFile(name)) continue;
      numFound += 1;
      if (content.length < size) parts.push({ name, numBytes: size, problem: note('damaged-entry') });
      else if (numFound <= IMPORT_LIMITS.maxEntries) parts.push({ name, content });
    } else longName = '';
  }
  const warnings = [
    ...(isBroken ? [note('damaged-parts', 1)] : []),
    ...(numFound > parts.length ? [note('first-entries', numFound, parts.length)] : []),
  ];
  return { kind: 'tar', units: [], warnings, parts };
}

/** Octal digits, or a binary number if the first bit is set. */
function sizeOf(head: Uint8Array): number {
  const field = head.subarray(124, 136);
  if (((field[0] ?? 0) & 0x80) === 0) return Number.parseInt(text(field).trim(), 8) || 0;
  return field.subarray(4).reduce((size, byte) => size * 256 + byte, 0);
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
}
