/**
 * A worker that answers at once, each document by its hash: for tests of everything in front of the engine. The query HOLD is
 * held until nobody wants it any more.
 */
import { NO_STATS } from '../../src/protocol/run-defaults.ts';
import type { Backend } from '../../src/protocol/backend.ts';
import { answerCalls } from '../../src/protocol/worker-calls.ts';
import { HOLD, hashedVerdict } from './hashed-verdict.ts';

const api: Backend = {
  load: () =>
    Promise.resolve({
      device: 'wasm',
      deviceReason: 'There is no model.',
      deviceCause: { code: 'asked' },
      dtype: 'q4',
      maxPositions: 1024,
      canReason: true,
    }),
  rerank: async ({ query, documents }, onUpdates, signal) => {
    const numDocuments = documents.length;
    if (query === HOLD) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { numDocuments, numFinished: 0, aborted: true, stats: NO_STATS };
    }
    onUpdates(
      documents.map(({ text }, index) => ({
        type: 'finished',
        index,
        finishReason: 'verdict',
        verdict: hashedVerdict(query, text),
        reasoning: `About ${query}.`,
        numPromptTokens: 10,
        numNewTokens: 2,
        truncated: false,
      })),
      NO_STATS,
    );
    return { numDocuments, numFinished: numDocuments, aborted: false, stats: NO_STATS };
  },
  pause: () => undefined,
  resume: () => undefined,
  close: () => undefined,
};

answerCalls(api);
