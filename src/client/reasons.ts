/**
 * `reasons` of a list: with `top`, or with a second model that gives the reasons, a run that scores every document, then one
 * that reasons about the best. Invariant: a document's score is never lost to a chain that came to nothing.
 */
import { DEFAULT_TOP, scoreOptions } from '../protocol/run-options.ts';
import type {
  FinishedUpdate,
  RerankOptions,
  RerankRequest,
  RerankUpdate,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import { foldUpdates, startRankedList, type RankedItem, type RankedList } from './ranked-list.ts';
import { addStats } from './run-ledger.ts';
import type { RunOutcome } from './supervised-run.ts';

/** A list as it was asked for: `reasons` may differ between its documents. */
export interface ListRequest extends Omit<RerankRequest, 'options'> {
  readonly options: Omit<RerankOptions, 'mode'>;
}

/** Judges all documents of a request the same way. */
type Run = (request: RerankRequest, onUpdate: UpdateListener) => Promise<RunOutcome>;

/** @param explain the run of another model, which gives the reasons; `all` is then all documents, scored before */
export async function judgeList(
  { options: asked, ...list }: ListRequest,
  run: Run,
  onUpdate: UpdateListener,
  explain?: Run,
): Promise<RunOutcome> {
  const { reasons, top = DEFAULT_TOP, ...options } = asked;
  if (reasons === 'none' || (!explain && reasons !== 'top'))
    return run({ ...list, options: { ...options, ...(reasons && { reasons }) } }, onUpdate);
  let scored = startRankedList(0, list.documents.length);
  const first = await run(
    { ...list, options: { ...scoreOptions(options), reasons: 'none' } },
    (updates, stats) => {
      scored = foldUpdates(scored, 0, updates);
      onUpdate(updates, stats);
    },
  );
  const canReason = explain !== undefined || first.model.canReason;
  const best = canReason ? bestScored(scored, reasons === 'top' ? top : list.documents.length) : [];
  if (best.length === 0) return first;
  const documents = best.flatMap(({ index }) => list.documents[index] ?? []);
  const second = await (explain ?? run)({ ...list, documents, options }, (updates, stats) =>
    onUpdate(
      updates.map((update) => afterScore(update, best[update.index]!)),
      addStats(first.stats, stats),
    ),
  );
  return { model: explain ? first.model : second.model, stats: addStats(first.stats, second.stats) };
}

/** The documents to reason about: the `top` best of those that have a score. */
export function bestScored({ order, items }: RankedList, top: number): readonly RankedItem[] {
  return order
    .flatMap((index) => items[index] ?? [])
    .filter(({ verdict }) => verdict !== null)
    .slice(0, top);
}

/**
 * An update of reasoning about a scored document, as one of the list's. A document whose chain came to nothing keeps its
 * score. Tokens are those of both.
 */
export function afterScore(update: RerankUpdate, scored: RankedItem): RerankUpdate {
  const { index, verdict, truncated, passage } = scored;
  if (update.type !== 'finished') return { ...update, index };
  const kept: Partial<FinishedUpdate> = { finishReason: 'verdict', verdict, reasoning: '', truncated };
  return {
    ...update,
    ...(!update.verdict && { ...kept, ...(passage && { passage }) }),
    index,
    numPromptTokens: scored.numPromptTokens + update.numPromptTokens,
    numNewTokens: scored.numNewTokens + update.numNewTokens,
  };
}
