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

/**
 * A document's score and its reasoned verdict are set apart by hand: `[[score n]]` is the logit difference without reasons.
 * Scores rank them 3, 0, 1, 2; reasons +6, -6, 6, 0.
 */
export const SCORED_DOCUMENTS = [
  'The coldest city is Yakutsk. [[score 2]]',
  'Bread. [[score 1]]',
  'The coldest city is Oymyakon. [[score -3]]',
  'A city. [[score 4]]',
];

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
