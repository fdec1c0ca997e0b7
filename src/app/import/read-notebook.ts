/** Jupyter notebooks: one unit per cell, including its text output. */
import { note, UnreadableFile } from './import-notes.ts';
import type { TextUnit } from './import-types.ts';

/** Whether JSON is a notebook: all have cells and a format version. */
export function isNotebook(text: string): boolean {
  return /^\s*\{/.test(text) && text.includes('"cells"') && text.includes('"nbformat"');
}

export function readNotebook(text: string): TextUnit[] {
  let notebook: unknown;
  try {
    notebook = JSON.parse(text);
  } catch {
    throw new UnreadableFile(note('damaged-json'));
  }
  return list(field(notebook, 'cells')).map((cell, place) => {
    const outputs = list(field(cell, 'outputs')).map((output) => {
      const data = field(output, 'data');
      const shown = field(output, 'text') ?? field(data, 'text/plain') ?? field(data, 'text/markdown');
      return joined(shown ?? field(output, 'evalue'));
    });
    const source = joined(field(cell, 'source'));
    return {
      text: [source, ...outputs].filter((part) => part.trim() !== '').join('\n\n'),
      record: place + 1,
    };
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text is a string, or a list of lines including their line breaks. */
function joined(value: unknown): string {
  if (typeof value === 'string') return value;
  return list(value)
    .filter((line) => typeof line === 'string')
    .join('');
}
