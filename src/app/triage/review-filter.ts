/** Filters judged passages by decision and search text. */
import { fold } from '../shortlist/fold.ts';
import type { Passage } from '../session/passage-table.ts';
import type { TriageSession } from '../session/triage-session.ts';

export type ReviewFilter = 'all' | 'open' | 'keep' | 'drop' | 'unsure';

export const REVIEW_FILTERS: readonly ReviewFilter[] = ['all', 'open', 'keep', 'drop', 'unsure'];

export type FilteredPassages = Readonly<Record<ReviewFilter, readonly number[]>>;

/**
 * Indexes of the run's passages under each filter, in the given order. @param find ignores case and accents
 */
export function filterPassages(
  session: TriageSession,
  order: readonly number[],
  find = '',
): FilteredPassages {
  const groups: Record<ReviewFilter, number[]> = { all: [], open: [], keep: [], drop: [], unsure: [] };
  const wanted = foldText(find).trim();
  for (const index of order) {
    const passage = session.run?.passages[index];
    if (!passage) continue;
    const decided = session.decisionOf(passage);
    if (wanted !== '' && !holds(passage, wanted) && !foldText(decided?.note ?? '').includes(wanted)) continue;
    groups.all.push(index);
    groups[decided?.decision ?? 'open'].push(index);
  }
  return groups;
}

const folded = new WeakMap<Passage, string>();

function holds(passage: Passage, wanted: string): boolean {
  let text = folded.get(passage);
  if (text === undefined) {
    text = foldText([passage.text, ...passage.sources.map(({ path }) => path)].join('\n'));
    folded.set(passage, text);
  }
  return text.includes(wanted);
}

function foldText(text: string): string {
  return fold(text.toLowerCase());
}
