/** `createReranker` on a scripted worker. */
import { createReranker, type Reranker, type RerankerOptions } from '../../../src/index.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace, type Pace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

export const QUERY = 'coldest city';

/** By hand: both words found is +6, one is 0, none is -6; the last has no verdict. */
export const DOCUMENTS = [
  { id: 'kuwait', title: 'Kuwait', text: 'A hot city.', metadata: { page: 1 } },
  'The coldest city is Yakutsk.',
  { id: 'bread', text: 'Bread is baked.' },
  '[[too-long]]',
] as const;

export interface ScriptedReranker {
  readonly api: ScriptedRerankApi;
  readonly workers: FakeWorker[];
  readonly reranker: Reranker;
}

export function scriptedReranker(
  pace: Pace = new SteadyPace(0),
  more: Partial<RerankerOptions> = {},
): ScriptedReranker {
  const api = new ScriptedRerankApi(pace);
  const workers: FakeWorker[] = [];
  const reranker = createReranker({
    faultTimes: { backOffMs: [0] },
    model: 'https://example.test/models/demo',
    createWorker: () => {
      const worker = new FakeWorker(api);
      workers.push(worker);
      return worker.asWorker;
    },
    ...more,
  });
  return { api, workers, reranker };
}
