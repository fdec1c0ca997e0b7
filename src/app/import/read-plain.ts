/** Text and Markdown: one unit, as it stands. */
import type { TextUnit } from './import-types.ts';

export function readPlain(text: string): TextUnit[] {
  return [{ text, lines: { first: 1 } }];
}
