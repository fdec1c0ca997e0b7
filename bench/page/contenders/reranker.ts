/** The public class with its own worker: what an application calls. Runs on the page, as an application does. */
import { Reranker } from '../../../src/client/reranker.ts';
import type { Contender, DocumentResult, LoadRequest, RunRequest, RunResult } from '../types.ts';

export class RerankerContender implements Contender {
  #reranker: Reranker | null = null;
  #slots = 1;

  async load({ contender, modelUrl, device, dtype, slots }: LoadRequest): Promise<void> {
    this.#slots = slots;
    const arithmetic = contender === 'reranker-fast' ? 'fast' : 'exact';
    this.#reranker = new Reranker({ model: `${modelUrl}rank1/`, device, dtype, arithmetic });
    await this.#reranker.load();
  }

  async run({ prompts, maxNewTokens }: RunRequest): Promise<RunResult> {
    const startedAt = performance.now();
    const documents: DocumentResult[] = [];
    const { stats } = await this.#reranker!.rerank({
      query: prompts[0]!.query,
      documents: prompts.map(({ document }) => ({ text: document })),
      maxNewTokens,
      maxSlots: this.#slots,
      onUpdate: (updates) => {
        for (const update of updates) {
          if (update.type !== 'finished') continue;
          documents[update.index] = {
            tokenIds: null,
            numNewTokens: update.numNewTokens,
            text: `${update.reasoning}\n</think> ${String(update.verdict?.label)}`,
            label: update.verdict && !update.verdict.forced ? update.verdict.label : null,
            ...(update.verdict && { score: update.verdict.score }),
            finishedMs: performance.now() - startedAt,
          };
        }
      },
    });
    return { elapsedMs: performance.now() - startedAt, documents, stats, sessionCalls: null };
  }

  dispose(): Promise<void> {
    this.#reranker?.dispose();
    return Promise.resolve();
  }
}
