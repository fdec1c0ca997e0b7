/** The real service with a scripted model, in a worker that a plan makes fail at one stage. The plan is its first message. */
import { expose } from 'comlink';
import { isRank1Error, Rank1Error, type Rank1ErrorCode } from '../../src/errors.ts';
import type { ModelRunner, StepOutput, StepPlan } from '../../src/engine/model-runner.ts';
import type { RerankRequest, RunSummary, UpdateListener } from '../../src/protocol/rerank-api.ts';
import { installTransferHandlers } from '../../src/protocol/transfer-handlers.ts';
import { RerankService } from '../../src/service/rerank-service.ts';
import {
  LOAD_STAGES,
  PAGE_EVENTS,
  type AskedMessage,
  type FaultPlan,
  type PageEvent,
  type Stage,
} from '../fakes/fault-plan.ts';
import { ScriptedRuntime } from '../fakes/scripted-runtime.ts';

const CODES: readonly string[] = ['device-lost', 'out-of-memory', 'run-failed', 'network', 'storage'];
const DECODE_STEP = 4;

class FaultyRuntime extends ScriptedRuntime {
  constructor(private readonly faults: FaultyApi) {
    super();
  }

  override createRunner(options: Parameters<ScriptedRuntime['createRunner']>[0]): ModelRunner {
    const runner = super.createRunner(options);
    let numSteps = 0;
    const run = async (plan: StepPlan): Promise<StepOutput> => {
      const output = await runner.run(plan);
      const stage = this.faults.stageOfStep(plan, numSteps++);
      if (await this.faults.strike(stage)) output.watchedLogits.fill(NaN, 0, 2);
      return output;
    };
    return {
      ...runner,
      maxSlots: runner.maxSlots,
      maxLength: runner.maxLength,
      run,
      dispose: () => runner.dispose(),
    };
  }
}

class FaultyApi extends RerankService {
  plan: FaultPlan | null = null;
  readonly #runtimes: ScriptedRuntime[] = [];
  #verdictSent = false;

  constructor() {
    super(async ({ device }, onProgress) => {
      tell({ device });
      for (const stage of LOAD_STAGES) {
        onProgress({ stage: 'download', loadedBytes: 1, totalBytes: 2 });
        await this.strike(stage);
      }
      const runtime = new FaultyRuntime(this);
      this.#runtimes.push(runtime);
      return runtime;
    });
  }

  override rerank(request: RerankRequest, onUpdates: UpdateListener): Promise<RunSummary> {
    const { maxSlots } = request.options;
    tell({ numDocuments: request.documents.length, ...(maxSlots !== undefined && { maxSlots }) });
    return super.rerank(request, (updates, stats) => {
      onUpdates(updates, stats);
      this.#verdictSent ||= updates.some(({ type }) => type === 'finished');
    });
  }

  /** Bytes that runners hold: what would be GPU memory. */
  numBytes(): number {
    return this.#runtimes.flatMap(({ runners }) => runners).reduce((sum, { numBytes }) => sum + numBytes, 0);
  }

  stageOfStep({ kind }: StepPlan, index: number): Stage | null {
    if (this.#verdictSent) return 'verdict';
    if (kind === 'prefill') return 'prefill';
    return index >= DECODE_STEP ? 'decode' : null;
  }

  /** Once, at the stage of the plan. @returns whether the step is to have no numbers */
  async strike(stage: Stage | null): Promise<boolean> {
    if (this.plan?.stage !== stage) return false;
    const { fault } = this.plan;
    this.plan = null;
    if (fault === 'no-numbers') return true;
    if (CODES.includes(fault)) throw new Rank1Error(fault as Rank1ErrorCode, 'It broke, as planned.');
    if ((PAGE_EVENTS as readonly string[]).includes(fault)) {
      self.postMessage({ pageEvent: fault as PageEvent });
      return false;
    }
    if (fault === 'spin') for (;;);
    if (fault === 'close') self.close();
    if (fault === 'crash')
      setTimeout(() => {
        throw new Error('a fault of the engine');
      });
    return new Promise<never>(() => undefined);
  }
}

function tell(asked: AskedMessage['asked']): void {
  self.postMessage({ asked } satisfies AskedMessage);
}

const api = new FaultyApi();
self.addEventListener('message', ({ data }: MessageEvent<{ readonly plan?: FaultPlan | null }>) => {
  if (data.plan) api.plan = data.plan;
});
// A rejected call is reported to the page by comlink; a Rank1Error that nobody waits for is no crash.
self.addEventListener('unhandledrejection', (event) => isRank1Error(event.reason) && event.preventDefault());
installTransferHandlers();
expose(api);
