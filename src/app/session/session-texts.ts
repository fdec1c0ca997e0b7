/** A session's texts and their search index, which is built in the background. */
import { loadLanguageDetector, UNDETERMINED, type Language } from '../shortlist/languages.ts';
import { Shortlist } from '../shortlist/shortlist.ts';
import type { WordMarker } from '../shortlist/word-marker.ts';
import { PassageTable, type Passage } from './passage-table.ts';
import type { FileRecord, Question } from './session-types.ts';

export interface Found {
  readonly passages: readonly Passage[];
  /** how many of these share a word with the question; the others fill up the list */
  readonly numSharing: number;
}

/** Enough of a file to detect its language. */
const SAMPLE_PASSAGES = 3;

export class SessionTexts {
  readonly table = new PassageTable();
  /** Resolves once everything added is searchable. */
  ready: Promise<void> = Promise.resolve();
  readonly #shortlist = new Shortlist();
  readonly #languages = new Map<number, Language>();
  #numPending = 0;
  #detect: ((text: string) => Language) | null = null;
  #searched: { readonly query: string; readonly size: number; readonly indexes: readonly number[] } | null =
    null;

  /** Number of texts searchable so far. */
  get numIndexed(): number {
    return this.#shortlist.size;
  }

  get isReady(): boolean {
    return this.#numPending === 0;
  }

  add(files: readonly FileRecord[]): void {
    const added = files.map((file) => [file, this.table.add(file)] as const);
    this.#queue(() => this.#index(added));
  }

  remove(file: FileRecord): void {
    const gone = this.table.remove(file).map(({ index }) => index);
    this.#queue(async () => {
      this.#shortlist.remove(gone);
      this.#languages.delete(file.id);
      this.#searched = null;
    });
  }

  /** Searches only what is indexed so far, until `ready` resolves. */
  find({ query, topK }: Pick<Question, 'query' | 'topK'>): Found {
    const sharing = this.#search(query)
      .slice(0, topK)
      .flatMap((index) => this.table.at(index) ?? []);
    const passages = [...sharing];
    const known = new Set(sharing);
    for (const passage of this.table.values()) {
      if (passages.length >= topK) break;
      if (!known.has(passage)) passages.push(passage);
    }
    return { passages, numSharing: sharing.length };
  }

  marker(query: string): WordMarker {
    return this.#shortlist.marker(query);
  }

  /** Undetermined until the text is searchable. */
  languageOf({ sources: [source] }: Passage): Language {
    return (source && this.#languages.get(source.fileId)) ?? UNDETERMINED;
  }

  /** Also undetermined before the first file is read. */
  detectLanguage(text: string): Language {
    return this.#detect?.(text) ?? UNDETERMINED;
  }

  /** Number of files in each language. */
  get languages(): ReadonlyMap<Language, number> {
    const counts = new Map<Language, number>();
    for (const language of this.#languages.values()) counts.set(language, (counts.get(language) ?? 0) + 1);
    return counts;
  }

  #queue(step: () => Promise<void>): void {
    this.#numPending += 1;
    this.ready = this.ready.then(step, step).finally(() => (this.#numPending -= 1));
  }

  /** Cached: the question is searched for on every render. */
  #search(query: string): readonly number[] {
    const { size } = this.#shortlist;
    if (this.#searched?.query !== query || this.#searched.size !== size)
      this.#searched = { query, size, indexes: this.#shortlist.search(query) };
    return this.#searched.indexes;
  }

  async #index(added: readonly (readonly [FileRecord, readonly Passage[]])[]): Promise<void> {
    // Without a network it may not come; the next file tries again.
    this.#detect ??= await loadLanguageDetector().catch(() => null);
    const detect = (text: string): Language => this.detectLanguage(text);
    const languages = this.#languages;
    await this.#shortlist.add(
      (function* () {
        for (const [{ id, passages: all }, passages] of added) {
          const language = detect(all.slice(0, SAMPLE_PASSAGES).map(({ text }) => text).join('\n')); // prettier-ignore
          languages.set(id, language);
          for (const { index, text } of passages) yield { index, text, language };
        }
      })(),
    );
  }
}
