/** Judges with the command line's engine. */
import type { UnjudgedDocument } from '../../client/rerank-result.ts';
import type { Judge, JudgedDocument } from '../../evaluation/runner/judge.ts';
import type { RerankDocument, RerankOptions } from '../../protocol/rerank-api.ts';
import type { RerankEngine } from '../engine/rerank-engine.ts';

/** One call per query, so that its batches do not depend on where a run was resumed. */
export function engineJudge(engine: RerankEngine, options: RerankOptions, signal: AbortSignal): Judge {
  return async (query, documents) => {
    const { results, unjudged } = await engine.rerank({ ...options, query, documents, signal });
    signal.throwIfAborted();
    const judged: JudgedDocument[] = [];
    for (const result of results) judged[result.index] = { ...known(result), verdict: result.verdict };
    for (const document of unjudged) judged[document.index] = { ...known(document), verdict: null };
    return judged;
  };
}

function known(document: UnjudgedDocument<RerankDocument>): Omit<JudgedDocument, 'verdict'> {
  const { finishReason, reasoning, truncated, passage, samples, usage } = document;
  return {
    finishReason,
    reasoning,
    truncated,
    ...usage,
    ...(passage && { passage }),
    ...(samples && { samples }),
  };
}
