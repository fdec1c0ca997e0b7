/** Filters judged passages by decision and search text, and folds near-duplicates. */
import { fold } from '../shortlist/fold.ts';
import type { Passage } from '../session/passage-table.ts';
import type { TriageSession } from '../session/triage-session.ts';

export type ReviewFilter = 'all' | 'open' | 'keep' | 'drop' | 'unsure';

export const REVIEW_FILTERS: readonly ReviewFilter[] = ['all', 'open', 'keep', 'drop', 'unsure'];

/**
 * Indexes of the run's passages under each filter, in the given order. @param find ignores case and accents
 */
export function filterPassages(
  session: TriageSession,
  order: readonly number[],
  find = '',
): Readonly<Record<ReviewFilter, readonly number[]>> {
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

/** Passages to show; near-duplicates are folded into one unless expanded. */
export interface ShownPassages {
  readonly indexes: readonly number[];
  /** number of hidden near-duplicates of each shown passage */
  readonly numAlike: ReadonlyMap<number, number>;
}

/**
 * @param leaders by passage, the representative of its near-duplicates
 * @param open leaders whose near-duplicates are all shown
 */
export function foldAlike(
  indexes: readonly number[],
  leaders: readonly number[] | null,
  open: ReadonlySet<number>,
): ShownPassages {
  if (!leaders) return { indexes, numAlike: new Map() };
  const groups = new Map<number, number[]>();
  for (const index of indexes) {
    const leader = leaders[index] ?? index;
    const group = groups.get(leader);
    if (group) group.push(index);
    else groups.set(leader, [index]);
  }
  const shown: number[] = [];
  const numAlike = new Map<number, number>();
  for (const [leader, group] of groups) {
    const [first = leader] = group;
    if (group.length > 1) numAlike.set(first, group.length - 1);
    for (const index of open.has(leader) ? group : [first]) shown.push(index);
  }
  return { indexes: shown, numAlike };
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
