/** Near-duplicates among the passages under review: shown as one until the user opens them. */
import { groupNearDuplicates } from '../session/near-duplicates.ts';
import type { Passage } from '../session/passage-table.ts';

/** Passages to show; near-duplicates are folded into one unless expanded. */
export interface ShownPassages {
  readonly indexes: readonly number[];
  /** number of hidden near-duplicates of each shown passage */
  readonly numAlike: ReadonlyMap<number, number>;
}

export class AlikePassages {
  /** by passage, the first of its near-duplicates; null until computed */
  readonly #leaders: readonly number[] | null;
  /** leaders whose near-duplicates are all shown */
  readonly #open: ReadonlySet<number>;

  constructor(leaders: readonly number[] | null = null, open: ReadonlySet<number> = new Set()) {
    this.#leaders = leaders;
    this.#open = open;
  }

  /** Null if there are none. */
  static async find(passages: readonly Passage[]): Promise<AlikePassages | null> {
    const leaders = await groupNearDuplicates(passages.map(({ text }) => text));
    return leaders.some((leader, index) => leader !== index) ? new AlikePassages(leaders) : null;
  }

  isOpen(index: number): boolean {
    return this.#open.has(this.#leaderOf(index));
  }

  /** Opened if they were folded, and the other way round. */
  toggled(index: number): AlikePassages {
    const open = new Set(this.#open);
    const leader = this.#leaderOf(index);
    if (!open.delete(leader)) open.add(leader);
    return new AlikePassages(this.#leaders, open);
  }

  fold(indexes: readonly number[]): ShownPassages {
    if (!this.#leaders) return { indexes, numAlike: new Map() };
    const groups = new Map<number, number[]>();
    for (const index of indexes) {
      const leader = this.#leaderOf(index);
      const group = groups.get(leader);
      if (group) group.push(index);
      else groups.set(leader, [index]);
    }
    const shown: number[] = [];
    const numAlike = new Map<number, number>();
    for (const [leader, group] of groups) {
      const [first = leader] = group;
      if (group.length > 1) numAlike.set(first, group.length - 1);
      for (const index of this.#open.has(leader) ? group : [first]) shown.push(index);
    }
    return { indexes: shown, numAlike };
  }

  #leaderOf(index: number): number {
    return this.#leaders?.[index] ?? index;
  }
}
