/** JSON and JSON Lines: a unit a record, each value under the path to it. */
import { UnreadableFile, type TextUnit } from './import-types.ts';

const MAX_DEPTH = 32;

export function readJson(text: string): TextUnit[] {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new UnreadableFile('This JSON file has a mistake in it. Check that it is whole.');
  }
  const records: unknown[] = Array.isArray(value) ? value : [value];
  return records.map((record) => ({ text: describe(record), firstLine: 1, oneLine: true }));
}

/** Lines that are no JSON are told, and the others read. */
export function readJsonLines(text: string): { units: TextUnit[]; warnings: string[] } {
  const units: TextUnit[] = [];
  const broken: number[] = [];
  for (const [place, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      units.push({ text: describe(JSON.parse(line)), firstLine: place + 1, oneLine: true });
    } catch {
      broken.push(place + 1);
    }
  }
  const shown = broken.slice(0, 5).join(', ') + (broken.length > 5 ? ', …' : '');
  return { units, warnings: broken.length > 0 ? [`Not JSON, and left out: line ${shown}.`] : [] };
}

function describe(record: unknown): string {
  const lines: string[] = [];
  collect(record, '', 0, lines);
  return lines.join('\n');
}

function collect(value: unknown, path: string, depth: number, lines: string[]): void {
  if (typeof value === 'object' && value !== null) {
    if (depth >= MAX_DEPTH) return;
    const isList = Array.isArray(value);
    for (const [key, part] of Object.entries(value)) {
      const name = isList ? path : path === '' ? key : `${path}.${key}`;
      collect(part, name, depth + 1, lines);
    }
  } else if (value !== null && value !== '') {
    lines.push(path === '' ? String(value) : `${path}: ${String(value)}`);
  }
}
