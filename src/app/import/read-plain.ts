/** Plain text formats. */
import { LineWriter } from './line-writer.ts';
import type { TextUnit } from './import-types.ts';

/** Text, Markdown, source code, logs: one unit. */
export function readPlain(text: string): TextUnit[] {
  return [{ text, lines: { first: 1 } }];
}

const TIMING = /^\s*(\d+:)?\d+:\d+[.,]\d+\s+-->/;

/** Names who speaks. */
const VOICE = /<v(?:\.[^\s<>]*)?\s+([^\s<>][^<>]*)>/g;

/** Subtitles (SRT, WebVTT): the spoken text without numbers, times and markup. */
export function readSubtitles(text: string): TextUnit[] {
  const writer = new LineWriter();
  const lines = text.replace(/^\ufeff/, '').split(/\r\n?|\n/);
  /** inside a WebVTT note or style sheet */
  let isAside = false;
  for (const [place, line] of lines.entries()) {
    if (line.trim() === '') isAside = false;
    if (/^(STYLE|REGION)\b/.test(line) || (place === 0 && line.startsWith('WEBVTT'))) isAside = true;
    const isLabel = TIMING.test(line) || TIMING.test(lines[place + 1] ?? '');
    if (isAside || isLabel) continue;
    const spoken = line.replace(VOICE, '$1: ').replace(/<[^<>]*>|\{\\[^{}]*\}/g, '');
    writer.write(spoken, { first: place + 1, last: place + 1 });
    writer.endLine();
  }
  const { text: written, lines: each } = writer.finish();
  return [{ text: written, lines: { each } }];
}

/** Calendars (.ics) and vCards: unfolds long lines and unescapes characters. */
export function readCalendar(text: string): TextUnit[] {
  const writer = new LineWriter();
  const lines = text.split(/\r\n?|\n/);
  for (let place = 0; place < lines.length; place++) {
    const first = place + 1;
    let line = lines[place] ?? '';
    while (/^[ \t]/.test(lines[place + 1] ?? '')) line += (lines[++place] ?? '').slice(1);
    for (const piece of line.split(/\\[nN]/)) {
      writer.write(piece.replace(/\\([,;\\])/g, '$1'), { first, last: place + 1 });
      writer.endLine();
    }
  }
  const { text: unfolded, lines: each } = writer.finish();
  return [{ text: unfolded, lines: { each } }];
}
