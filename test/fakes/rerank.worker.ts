/**
 * The scripted worker in a real browser. Tests serve it in place of the real one and steer it over a BroadcastChannel:
 * it waits for single steps until told to run freely.
 */
import type { Rank1ErrorCode } from '../../src/base/errors.ts';
import { answerCalls } from '../../src/protocol/worker-calls.ts';
import { ManualPace, SteadyPace, type Pace } from './pace.ts';
import { ScriptedRerankApi } from './scripted-rerank-api.ts';

export type FakeWorkerCommand =
  | { readonly type: 'release'; readonly steps: number }
  | { readonly type: 'steady'; readonly stepMs: number }
  | { readonly type: 'fail-load'; readonly code: Rank1ErrorCode }
  | { readonly type: 'fail-run'; readonly code: Rank1ErrorCode }
  | { readonly type: 'crash' };

class SwitchablePace implements Pace {
  readonly #manual = new ManualPace();
  #steady: SteadyPace | null = null;

  nextStep(): Promise<void> {
    return (this.#steady ?? this.#manual).nextStep();
  }

  release(steps: number): void {
    this.#manual.release(steps);
  }

  setSteady(stepMs: number): void {
    this.#steady = new SteadyPace(stepMs);
    this.#manual.release(1);
  }
}

const pace = new SwitchablePace();
const api = new ScriptedRerankApi(pace);
const channel = new BroadcastChannel('rank1-fake-worker');

channel.onmessage = ({ data }: MessageEvent<FakeWorkerCommand>) => {
  if (data.type === 'release') pace.release(data.steps);
  if (data.type === 'steady') pace.setSteady(data.stepMs);
  if (data.type === 'fail-load') api.failNextLoad = data.code;
  if (data.type === 'fail-run') api.failNextRun = data.code;
  if (data.type === 'crash') {
    setTimeout(() => {
      throw new Error('out of memory');
    });
  }
};

answerCalls(api);
channel.postMessage('ready');
