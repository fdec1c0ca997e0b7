/**
 * Folds updates into a ranking. Pure: knows neither worker nor page. Lists are immutable: an item keeps its identity
 * while its document is unchanged, so views can skip it.
 */
import { assert } from '../base/assert.ts';
import type { FinishReason, Outcome, RerankUpdate, Verdict } from '../protocol/rerank-api.ts';

/**
 * `decided`: answered by itself; `forced`: asked for its verdict; `failed`: could not be judged; `stopped`: aborted.
 */
export type DocumentState = 'queued' | 'reading' | 'thinking' | 'decided' | 'forced' | 'failed' | 'stopped';

/**
 * While thinking, `reasoning` is the text so far and `numNewTokens` the number of deltas, at most one step behind. A
 * document that was scored first has its verdict meanwhile.
 */
export interface RankedItem extends Omit<Outcome, 'finishReason'> {
  /** place in the input */
  readonly index: number;
  readonly state: DocumentState;
  /** null until the document is finished */
  readonly finishReason: FinishReason | null;
}

export interface RankedList {
  /** Updates of other runs are ignored. */
  readonly runId: number;
  /** in input order */
  readonly items: readonly RankedItem[];
  /**
   * input indexes, best first: those judged with reasoning by logit difference, then those scored without it by theirs,
   * then in progress, queued, without a verdict
   */
  readonly order: readonly number[];
}

const QUEUED: Omit<RankedItem, 'index'> = {
  state: 'queued',
  reasoning: '',
  verdict: null,
  finishReason: null,
  truncated: false,
  numPromptTokens: 0,
  numNewTokens: 0,
};

/**
 * A list of `numDocuments` queued documents, to fold a run's updates into.
 * @param known outcomes from an earlier run, by the document's place in this list
 */
export function startRankedList(
  runId: number,
  numDocuments: number,
  known: ReadonlyMap<number, RankedItem> = new Map(),
): RankedList {
  const items = Array.from({ length: numDocuments }, (_, index) => ({
    ...(known.get(index) ?? QUEUED),
    index,
  }));
  const inputOrder = items.map(({ index }) => index);
  return { runId, items, order: sorted(inputOrder, items) };
}

/**
 * Returns `list` itself if the updates belong to another run or are empty.
 * @example
 * let list = startRankedList(1, documents.length);
 * const onUpdate = (updates) => { list = foldUpdates(list, 1, updates); };
 */
export function foldUpdates(list: RankedList, runId: number, updates: readonly RerankUpdate[]): RankedList {
  if (runId !== list.runId || updates.length === 0) return list;
  const items = [...list.items];
  let hasMoved = false;
  for (const update of updates) {
    const item = items[update.index];
    assert(item, `update for document ${update.index} of ${items.length}`);
    const next = foldUpdate(item, update);
    hasMoved ||= compareItems(item, next) !== 0;
    items[update.index] = next;
  }
  return { runId, items, order: hasMoved ? sorted(list.order, items) : list.order };
}

/**
 * Marks unfinished documents as stopped after a run that ended early, whether or not the worker reported each.
 * Documents with a score keep it.
 */
export function stopRankedList(list: RankedList): RankedList {
  const items = list.items.map((item): RankedItem => {
    if (isFinished(item)) return item;
    return item.verdict
      ? { ...item, state: 'decided', finishReason: 'verdict', reasoning: '' }
      : { ...item, state: 'stopped', finishReason: 'aborted' };
  });
  return { runId: list.runId, items, order: sorted(list.order, items) };
}

/** Whether it has a verdict, and so a rank. */
export function isRanked(item: RankedItem): boolean {
  return item.verdict !== null;
}

/** Whether only some verdicts come from reasoning: the order then does not follow from the scores. */
export function isMixed({ items }: RankedList): boolean {
  const verdicts = items.flatMap(({ verdict }) => verdict ?? []);
  return new Set(verdicts.map(({ instant }) => instant)).size > 1;
}

/** Whether the document is done in this run. */
export function isFinished(item: RankedItem): boolean {
  return item.finishReason !== null;
}

function foldUpdate(item: RankedItem, update: RerankUpdate): RankedItem {
  switch (update.type) {
    case 'started':
      return {
        ...item,
        state: 'reading',
        finishReason: null,
        // After a failure the document starts again with a new chain.
        reasoning: '',
        numNewTokens: 0,
        truncated: update.truncated,
        numPromptTokens: update.numPromptTokens,
      };
    case 'reasoning':
      return {
        ...item,
        state: 'thinking',
        reasoning: item.reasoning + update.delta,
        numNewTokens: item.numNewTokens + 1,
      };
    case 'finished': {
      const { type: _type, ...outcome } = update;
      return { ...outcome, state: finalState(update.finishReason, update.verdict) };
    }
  }
}

function finalState(finishReason: FinishReason, verdict: Verdict | null): DocumentState {
  if (verdict) return verdict.forced ? 'forced' : 'decided';
  return finishReason === 'aborted' ? 'stopped' : 'failed';
}

const NUM_JUDGED_GROUPS = 2;
const GROUP_WITHOUT_VERDICT: Partial<Record<DocumentState, number>> = { thinking: 0, reading: 0, queued: 1 };

function groupOf({ verdict, state }: RankedItem): number {
  if (verdict) return verdict.instant ? 1 : 0;
  return NUM_JUDGED_GROUPS + (GROUP_WITHOUT_VERDICT[state] ?? 2);
}

/** Sorts the previous order, because it is nearly sorted, which makes the sort cheap. */
function sorted(order: readonly number[], items: readonly RankedItem[]): readonly number[] {
  const next = [...order].sort((a, b) => compareItems(items[a] as RankedItem, items[b] as RankedItem));
  return next.every((index, place) => index === order[place]) ? order : next;
}

function compareItems(a: RankedItem, b: RankedItem): number {
  const byGroup = groupOf(a) - groupOf(b);
  if (byGroup !== 0) return byGroup;
  const byLogits = (b.verdict?.logitDifference ?? 0) - (a.verdict?.logitDifference ?? 0);
  return byLogits || a.index - b.index;
}
