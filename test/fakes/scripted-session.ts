/** A session of the triage page whose model is scripted: nothing is loaded before it judges. */
import { MemoryStore } from '../../src/app/session/memory-store.ts';
import type { SessionStore } from '../../src/app/session/session-store.ts';
import { newSession, type SessionRecord } from '../../src/app/session/session-types.ts';
import { TriageSession } from '../../src/app/session/triage-session.ts';
import { Reranker } from '../../src/client/reranker.ts';
import { FakeWorker } from './fake-worker.ts';
import { SteadyPace } from './pace.ts';
import { ScriptedRerankApi } from './scripted-rerank-api.ts';

const MODEL_URL = 'https://example.test/models/demo/';

export async function openScripted(
  store: SessionStore = new MemoryStore(),
  record: SessionRecord = newSession('Scripted'),
) {
  const api = new ScriptedRerankApi(new SteadyPace(0));
  const reranker = new Reranker({ model: MODEL_URL, createWorker: () => new FakeWorker(api).asWorker });
  const identity = { revision: 'r', dtypes: ['q4'] };
  const session = await TriageSession.open(record, { store, reranker, modelUrl: MODEL_URL, identity });
  return { session, store, api };
}
