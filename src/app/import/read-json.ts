/** JSON and JSON Lines: one unit per record, each value under its path. */
import { keepsSpelling, parseExactly } from '../../base/exact-json.ts';
import { note, UnreadableFile, type ImportNote } from './import-notes.ts';
import type { TextUnit } from './import-types.ts';

const MAX_DEPTH = 32;
/** Invalid lines reported by number. */
const MAX_REPORTED_LINES = 100;

export interface ReadRecords {
  readonly units: TextUnit[];
  readonly warnings: ImportNote[];
}

export function readJson(text: string): ReadRecords {
  let value: unknown;
  try {
    value = parseExactly(text.replace(/^\ufeff/, ''), keepsSpelling);
  } catch {
    throw new UnreadableFile(note('damaged-json'));
  }
  const all = (Array.isArray(value) ? value : [value]).map(describe);
  const units = all.map(({ text: described }, place) =>
    Array.isArray(value) ? { text: described, record: place + 1 } : { text: described },
  );
  return { units, warnings: depthWarning(all.some(({ isCut }) => isCut)) };
}

/** Reports invalid lines and reads the others. */
export function readJsonLines(text: string): ReadRecords {
  const units: TextUnit[] = [];
  const broken: number[] = [];
  let isAnyCut = false;
  for (const [place, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      const { text: described, isCut } = describe(parseExactly(line, keepsSpelling));
      units.push({ text: described, lines: { all: place + 1 } });
      isAnyCut ||= isCut;
    } catch {
      broken.push(place + 1);
    }
  }
  const warnings = broken.length > 0 ? [note('broken-lines', ...broken.slice(0, MAX_REPORTED_LINES))] : [];
  return { units, warnings: [...warnings, ...depthWarning(isAnyCut)] };
}

function depthWarning(isCut: boolean): ImportNote[] {
  return isCut ? [note('deep-json', MAX_DEPTH)] : [];
}

/** `isCut`: part of the record is nested too deeply and was left out. */
function describe(record: unknown): { readonly text: string; readonly isCut: boolean } {
  const lines: string[] = [];
  const isCut = collect(record, '', 0, lines);
  return { text: lines.join('\n'), isCut };
}

/** Returns whether anything was left out. */
function collect(value: unknown, path: string, depth: number, lines: string[]): boolean {
  let isCut = false;
  if (typeof value === 'object' && value !== null) {
    if (depth >= MAX_DEPTH) return Object.keys(value).length > 0;
    const isList = Array.isArray(value);
    for (const [key, part] of Object.entries(value)) {
      const name = isList ? path : path === '' ? key : `${path}.${key}`;
      isCut = collect(part, name, depth + 1, lines) || isCut;
    }
  } else if (value !== null && value !== '') {
    lines.push(path === '' ? String(value) : `${path}: ${String(value)}`);
  }
  return isCut;
}
