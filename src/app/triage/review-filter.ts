/** Which of the judged passages are shown, by what the person has decided. */
import type { TriageSession } from '../session/triage-session.ts';

export type ReviewFilter = 'all' | 'open' | 'keep' | 'drop' | 'unsure';

export const REVIEW_FILTERS: readonly ReviewFilter[] = ['all', 'open', 'keep', 'drop', 'unsure'];

/** Indexes of the run's passages under each filter, in the order given. */
export function filterPassages(
  session: TriageSession,
  order: readonly number[],
): Readonly<Record<ReviewFilter, readonly number[]>> {
  const groups: Record<ReviewFilter, number[]> = {
    all: [...order],
    open: [],
    keep: [],
    drop: [],
    unsure: [],
  };
  for (const index of order) {
    const passage = session.run?.passages[index];
    const decision = passage && session.decisionOf(passage)?.decision;
    groups[decision ?? 'open'].push(index);
  }
  return groups;
}
