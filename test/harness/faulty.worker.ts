/**
 * The real service with a scripted model, in a worker that a plan makes fail at one stage. The plan is its first message.
 * Files are fetched and verified, and the model is warmed up, by the product's own code: of the load, only what ONNX
 * Runtime does is scripted.
 */
import { isRank1Error, Rank1Error, type Rank1ErrorCode } from '../../src/base/errors.ts';
import type { ModelRunner, StepOutput, StepPlan } from '../../src/engine/model-runner.ts';
import { HttpFolder } from '../../src/model/http-folder.ts';
import { readModelFiles } from '../../src/model/model-files.ts';
import type {
  LoadOptions,
  LoadProgress,
  RerankRequest,
  RunSummary,
  UpdateListener,
} from '../../src/protocol/rerank-api.ts';
import { answerCalls } from '../../src/protocol/worker-calls.ts';
import { RerankService } from '../../src/service/rerank/rerank-service.ts';
import { warmedUp } from '../../src/service/rerank/warm-up.ts';
import {
  PAGE_EVENTS,
  type AskedMessage,
  STALL_MS,
  type FaultPlan,
  type PageEvent,
  type Stage,
} from '../fakes/fault-plan.ts';
import { serve, SMALL_MODEL_URL, smallModel } from '../fakes/small-model.ts';
import { ScriptedRuntime } from '../fakes/scripted-runtime.ts';

const CODES: readonly string[] = ['device-lost', 'out-of-memory', 'run-failed', 'network', 'storage'];
const DECODE_STEP = 4;

class FaultyRuntime extends ScriptedRuntime {
  readonly #faults: FaultyApi;

  constructor(faults: FaultyApi, device: LoadOptions['device']) {
    // There is a GPU.
    super({ device: device === 'auto' ? 'webgpu' : device });
    this.#faults = faults;
  }

  override createRunner(options: Parameters<ScriptedRuntime['createRunner']>[0]): ModelRunner {
    const runner = super.createRunner(options);
    let numSteps = 0;
    const run = async (plan: StepPlan): Promise<StepOutput> => {
      const output = await runner.run(plan);
      const stage = this.#faults.stageOfStep(plan, numSteps++);
      if (await this.#faults.strike(stage)) output.watchedLogits.fill(NaN, 0, 2);
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
  #isWarm = false;
  #verdictSent = false;

  constructor() {
    super(async ({ device }, onProgress) => {
      tell({ device });
      await this.#readFiles(onProgress);
      await this.strike('load');
      const runtime = new FaultyRuntime(this, device);
      this.#runtimes.push(runtime);
      this.#isWarm = false;
      const warm = await warmedUp(runtime, onProgress);
      this.#isWarm = true;
      return warm;
    });
  }

  async #readFiles(onProgress: (progress: LoadProgress) => void): Promise<void> {
    const files = await smallModel();
    const { subtle } = crypto;
    const digest = subtle.digest.bind(subtle);
    subtle.digest = async (...call) => {
      await this.strike('verify');
      return digest(...call);
    };
    try {
      const fetch = serve(files, () => this.strike('download'));
      const folder = new HttpFolder(SMALL_MODEL_URL, { fetch, stallMs: STALL_MS });
      const { externalData, verified } = await readModelFiles(folder, 'q4', (loadedBytes, totalBytes) =>
        onProgress({ stage: 'download', loadedBytes, totalBytes }),
      );
      await verified;
      // What is handed on is what was served, whatever happened before.
      for (const { path, data } of externalData)
        if (!isSame(data, files.get(`onnx/${path}`))) throw new Error(`${path} is not what was served`);
    } finally {
      subtle.digest = digest;
    }
  }

  override rerank(
    request: RerankRequest,
    onUpdates: UpdateListener,
    signal: AbortSignal,
  ): Promise<RunSummary> {
    const { maxSlots } = request.options;
    tell({ numDocuments: request.documents.length, ...(maxSlots !== undefined && { maxSlots }) });
    const listener: UpdateListener = (updates, stats) => {
      onUpdates(updates, stats);
      this.#verdictSent ||= updates.some(({ type }) => type === 'finished');
    };
    return super.rerank(request, listener, signal);
  }

  /** Bytes that runners hold: what would be GPU memory. */
  numBytes(): number {
    return this.#runtimes.flatMap(({ runners }) => runners).reduce((sum, { numBytes }) => sum + numBytes, 0);
  }

  stageOfStep({ kind }: StepPlan, index: number): Stage | null {
    if (!this.#isWarm) return 'warm-up';
    if (this.#verdictSent) return 'verdict';
    if (kind === 'prefill') return 'prefill';
    return index >= DECODE_STEP ? 'decode' : null;
  }

  /** Once, at the stage of the plan. @returns whether what comes of the stage is to be spoiled */
  async strike(stage: Stage | null): Promise<boolean> {
    if (this.plan?.stage !== stage) return false;
    const { fault } = this.plan;
    this.plan = null;
    if (fault === 'no-numbers' || fault === 'damaged') return true;
    if (CODES.includes(fault)) throw new Rank1Error(fault as Rank1ErrorCode, 'It broke, as planned.');
    if ((PAGE_EVENTS as readonly string[]).includes(fault)) {
      self.postMessage({ pageEvent: fault as PageEvent });
      // What the page could not read is lost, and nothing comes behind it.
      if (fault === 'unreadable') return new Promise<never>(() => undefined);
      return false;
    }
    if (fault === 'abort-stuck') self.postMessage({ pageEvent: 'abort' });
    if (fault === 'spin') for (;;);
    if (fault === 'close') self.close();
    if (fault === 'crash')
      setTimeout(() => {
        throw new Error('a fault of the engine');
      });
    return new Promise<never>(() => undefined);
  }
}

function isSame(data: Uint8Array | Blob, served: Uint8Array | undefined): boolean {
  return (
    data instanceof Uint8Array &&
    served?.length === data.length &&
    data.every((byte, at) => byte === served[at])
  );
}

function tell(asked: AskedMessage['asked']): void {
  self.postMessage({ asked } satisfies AskedMessage);
}

const api = new FaultyApi();
self.addEventListener('message', ({ data }: MessageEvent<{ readonly plan?: FaultPlan | null }>) => {
  if (data.plan) api.plan = data.plan;
});
// A rejected call is reported to the page by its answer; a Rank1Error that nobody waits for is no crash.
self.addEventListener('unhandledrejection', (event) => isRank1Error(event.reason) && event.preventDefault());
answerCalls(api);
