/** Judges in this process, with the service, engine and runtime of the page. */
import type { Judge, JudgedDocument } from '../../src/evaluation/runner/judge.ts';
import type { RunOptions, RerankUpdate } from '../../src/protocol/rerank-api.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { RerankService } from '../../src/service/rerank/rerank-service.ts';

/** @param model stays the caller's to dispose */
export async function nodeJudge(model: LoadedRuntime, options: RunOptions): Promise<Judge> {
  const service = new RerankService(() => Promise.resolve({ ...model, dispose: () => Promise.resolve() }));
  await service.load({ model: 'memory:/', device: model.device }, () => undefined);
  return async (query, documents) => {
    const judged: JudgedDocument[] = [];
    await service.rerank({ query, documents, options }, (updates) => {
      for (const update of updates) {
        if (update.type === 'finished') judged[update.index] = judgedDocument(update);
      }
    });
    return judged;
  };
}

function judgedDocument({
  finishReason,
  verdict,
  reasoning,
  truncated,
  numPromptTokens,
  numNewTokens,
  passage,
  samples,
}: Extract<RerankUpdate, { type: 'finished' }>): JudgedDocument {
  return {
    finishReason,
    verdict,
    reasoning,
    truncated,
    numPromptTokens,
    numNewTokens,
    ...(passage && { passage }),
    ...(samples && { samples }),
  };
}
