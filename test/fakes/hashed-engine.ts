/** The command line's engine without a browser; answers at once, or when it is told to. */
import { checkCall } from '../../src/client/check-arguments.ts';
import { foldUpdates, startRankedList } from '../../src/client/ranked-list.ts';
import { NO_STATS } from '../../src/protocol/run-defaults.ts';
import { selectResults, totalUsage } from '../../src/client/rerank-result.ts';
import type { RerankEngine } from '../../src/cli/engine/rerank-engine.ts';
import { hashedVerdict } from './hashed-verdict.ts';

export interface HashedEngine extends RerankEngine {
  /** calls that were begun, and calls that ended because nobody wanted them any more */
  numBegun: number;
  numAborted: number;
  /** the answer to health probes */
  reachable: boolean;
  /** Lets all calls that wait, and all later ones, be answered. */
  release(): void;
}

/** @param holds whether calls wait for `release` */
export function hashedEngine(holds = false): HashedEngine {
  let release: () => void = () => undefined;
  const released = holds ? new Promise<void>((resolve) => (release = resolve)) : Promise.resolve();
  const engine: HashedEngine = {
    modelName: 'hashed',
    numRestarts: 0,
    numBegun: 0,
    numAborted: 0,
    reachable: true,
    release,
    load: () => Promise.reject(new Error('not needed')),
    async rerank(call) {
      const { query, documents, topN, threshold, signal } = call;
      checkCall(call);
      engine.numBegun++;
      await Promise.race([
        released,
        new Promise((_, reject) =>
          signal?.addEventListener('abort', () => {
            engine.numAborted++;
            reject(signal.reason as Error);
          }),
        ),
      ]);
      const list = foldUpdates(
        startRankedList(0, documents.length),
        0,
        documents.map((document, index) => ({
          type: 'finished',
          index,
          finishReason: 'verdict',
          verdict: hashedVerdict(query, typeof document === 'string' ? document : document.text),
          reasoning: '',
          numPromptTokens: 10,
          numNewTokens: 2,
          truncated: false,
        })),
      );
      const results = selectResults(list, documents, { topN, threshold });
      return { results, unjudged: [], usage: totalUsage(list), stats: NO_STATS, model: null };
    },
    isReachable: () => Promise.resolve(engine.reachable),
    close: () => Promise.resolve(),
  };
  return engine;
}
