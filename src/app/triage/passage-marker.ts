/** Highlights in the passages of a list: quotes from the reasoning, and words of the question or the search field. */
import type { Passage } from '../session/passage-table.ts';
import type { TriageSession } from '../session/triage-session.ts';
import type { TextRange } from '../../base/text-range.ts';
import type { WordMarker } from '../shortlist/word-marker.ts';
import { quotesIn, type PassageMarks } from './marked-text.ts';

export class PassageMarker {
  #words: { readonly marker: WordMarker; readonly size: number } | null = null;

  /** Call when another question follows. */
  forget(): void {
    this.#words = null;
  }

  /** @param find search text, highlighted instead of the question's words; empty for none */
  mark(session: TriageSession, passage: Passage, reasoning: string, find: string): PassageMarks {
    const { text } = passage;
    const quotes = quotesIn(text, reasoning);
    if (!session.run) return { quotes, words: [] };
    if (find.trim() !== '') return { quotes, words: occurrences(text, find.trim()) };
    const marker = this.#markerOf(session, session.run.question.query);
    return { quotes, words: marker.mark(text, session.texts.languageOf(passage)) };
  }

  /** Rebuilt once the texts of a reopened session are searchable, which is after its results appear. */
  #markerOf({ texts }: TriageSession, query: string): WordMarker {
    const size = texts.numIndexed;
    if (!this.#words || (this.#words.size !== size && texts.isReady))
      this.#words = { marker: texts.marker(query), size };
    return this.#words.marker;
  }
}

function occurrences(text: string, find: string): TextRange[] {
  const [where, what] = [text.toLowerCase(), find.toLowerCase()];
  const ranges: TextRange[] = [];
  // If lower-casing changes the length, offsets would be wrong.
  if (where.length !== text.length) return ranges;
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + what.length))
    ranges.push({ start: at, end: at + what.length });
  return ranges;
}
