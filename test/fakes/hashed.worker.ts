/** A worker that answers at once, each document by its hash: for tests of everything in front of the engine. */
import { NO_STATS } from '../../src/protocol/run-defaults.ts';
import type { Backend } from '../../src/protocol/backend.ts';
import { answerCalls } from '../../src/protocol/worker-calls.ts';
import { hashedVerdict } from './hashed-verdict.ts';

const api: Backend = {
  load: () =>
    Promise.resolve({
      device: 'wasm',
      deviceReason: 'There is no model.',
      deviceCause: { code: 'asked' },
      dtype: 'q4',
      maxPositions: 1024,
    }),
  rerank: ({ query, documents }, onUpdates) => {
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
    const numDocuments = documents.length;
    return Promise.resolve({ numDocuments, numFinished: numDocuments, aborted: false, stats: NO_STATS });
  },
  pause: () => undefined,
  resume: () => undefined,
  close: () => undefined,
};

answerCalls(api);
