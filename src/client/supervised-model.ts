/**
 * A model on its backend: loads and runs, under the device's lease and with recovery. What replaced a device or threads
 * that failed is remembered for later ones.
 */
import type { Backend } from '../protocol/backend.ts';
import type { LoadedModel, LoadOptions } from '../protocol/rerank-api.ts';
import { DEVICE_LOCK, DeviceLease } from './device-lease.ts';
import type { Hold } from './hold.ts';
import type { Run } from './reasons.ts';
import { Recovery, withRecovery, type Fallback, type FaultTimes } from './recovery.ts';
import type { LoadCallOptions, RerankerSettings } from './reranker-options.ts';
import type { RunStateListener } from './run-state.ts';
import { SupervisedRun, type SupervisedRunOptions } from './supervised-run.ts';

export interface SupervisedModelOptions {
  readonly backend: Backend;
  readonly load: LoadOptions;
  readonly times: FaultTimes;
  /** These as in RerankerSettings. */
  readonly lock: RerankerSettings['lock'] | undefined;
  readonly locks: RerankerSettings['locks'] | undefined;
  readonly cpu: RerankerSettings['cpu'] | undefined;
}

export type RunListeners = Pick<SupervisedRunOptions, 'onLoadProgress' | 'onState'>;

export class SupervisedModel {
  readonly #options: SupervisedModelOptions;
  /** Replaced by `forget`, so that what ends only afterwards writes to the one of before. */
  #memory: { fallback: Fallback } = { fallback: {} };

  constructor(options: SupervisedModelOptions) {
    this.#options = options;
  }

  /** @throws Rank1Error, or the signal's reason */
  async load({ onProgress, onState }: LoadCallOptions, signal: AbortSignal): Promise<LoadedModel> {
    const { backend } = this.#options;
    const memory = this.#memory;
    const recovery = this.#recovery();
    const lease = this.#lease();
    const report: RunStateListener = (state) => onState?.(state);
    try {
      return await withRecovery(recovery, signal, report, async () => {
        await lease.acquire(signal, () => report({ type: 'waiting' }));
        const model = await backend.load(recovery.load, (progress) => onProgress?.(progress), signal);
        return recovery.loaded(model);
      });
    } finally {
      lease.release();
      memory.fallback = recovery.fallback;
    }
  }

  /** Runs of one call, with one recovery. */
  runs(hold: Hold, signal: AbortSignal, maxSlots: number | undefined, listeners: RunListeners): Run {
    const { backend } = this.#options;
    const memory = this.#memory;
    const recovery = this.#recovery(maxSlots);
    return async (request, onUpdate) => {
      const lease = this.#lease();
      const run = { ...listeners, request, signal, backend, hold, lease, recovery, onUpdate };
      try {
        return await new SupervisedRun(run).execute();
      } finally {
        memory.fallback = recovery.fallback;
      }
    };
  }

  /** Later loads and runs begin with what was asked for. */
  forget(): void {
    this.#memory = { fallback: {} };
  }

  get #isRemote(): boolean {
    return this.#options.backend.remoteHost !== undefined;
  }

  #recovery(maxSlots?: number): Recovery {
    const { load, times, cpu } = this.#options;
    // A server has no device to replace, and its backend retries by itself.
    const options = { ...times, isLast: this.#isRemote, cpu };
    return new Recovery(load, options, maxSlots, this.#memory.fallback);
  }

  #lease(): DeviceLease {
    const { lock = DEVICE_LOCK, locks } = this.#options;
    return new DeviceLease({ name: !this.#isRemote && lock, locks });
  }
}
