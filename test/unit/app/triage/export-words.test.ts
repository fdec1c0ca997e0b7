/** What exported decisions say of where they were judged. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { exportDecisions } from '../../../../src/app/session/export-decisions.ts';
import { MemoryStore } from '../../../../src/app/session/memory-store.ts';
import { DEFAULT_QUESTION, newSession } from '../../../../src/app/session/session-types.ts';
import { TriageSession } from '../../../../src/app/session/triage-session.ts';
import { exportWords } from '../../../../src/app/triage/export-words.ts';
import { Reranker } from '../../../../src/client/reranker.ts';
import { FakeWorker } from '../../../fakes/fake-worker.ts';
import { SteadyPace } from '../../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../../fakes/scripted-rerank-api.ts';

const MODEL_URL = 'https://example.test/models/demo/';

beforeEach(() =>
  vi.stubGlobal(
    'document',
    Object.assign(new EventTarget(), { hidden: true, baseURI: 'https://page.test/' }),
  ),
);
afterEach(() => vi.unstubAllGlobals());

it.each([
  ['judge.example', 'were sent to judge.example.'],
  [undefined, 'on this device.'],
])('with the server %s they say: %s', async (remoteHost, words) => {
  const api = new ScriptedRerankApi(new SteadyPace(0));
  const reranker = new Reranker(
    remoteHost === undefined
      ? { model: MODEL_URL, createWorker: () => new FakeWorker(api).asWorker }
      : { backend: Object.assign(api, { remoteHost }) },
  );
  const session = await TriageSession.open(newSession('Scripted'), {
    store: new MemoryStore(),
    reranker,
    modelUrl: MODEL_URL,
    identity: { revision: 'r', dtypes: ['q4'] },
  });
  const passages = [{ text: 'Oslo', hash: 'hash' }];
  await session.addFiles([{ path: 'a.txt', kind: 'text', numBytes: 4, passages, warnings: [], error: null }]);
  await session.ask({ ...DEFAULT_QUESTION, query: 'coldest city' });
  const file = exportDecisions(session, {
    format: 'markdown',
    keptOnly: false,
    words: exportWords(session.run?.remoteHost ?? null),
    describeNote: String,
  });
  expect(file?.text).toContain(words);
  reranker.dispose();
});
