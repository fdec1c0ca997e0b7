/**
 * The runs behind one call. `reasons: 'top'`, or a second model that gives the reasons, takes two: one scores every
 * document, the other reasons about the best. Invariant: a chain without a verdict never costs a document its score.
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

/** A call's request, before `reasons` is resolved for each document. */
export interface ListRequest extends Omit<RerankRequest, 'options'> {
  readonly options: Omit<RerankOptions, 'mode'>;
}

/** Judges all documents of a request the same way. */
export type Run = (request: RerankRequest, onUpdate: UpdateListener) => Promise<RunOutcome>;

/** @param explain runs another model, which gives the reasons once this one has scored; also with `reasons: 'all'` */
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

/** The `top` best documents of those with a score. */
export function bestScored({ order, items }: RankedList, top: number): readonly RankedItem[] {
  return order
    .flatMap((index) => items[index] ?? [])
    .filter(({ verdict }) => verdict !== null)
    .slice(0, top);
}

/**
 * An update from the reasoning run, as one of the call's: with the document's index in the call, the tokens of both
 * runs, and the score kept if the chain got no verdict.
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
