import type { ModelRunner, RunnerOptions } from '../../engine/model-runner.ts';
import type { ModelSpec } from '../../model/model-spec.ts';
import type { ScoringProfile } from '../../model/scoring-profile.ts';
import type {
  Arithmetic,
  ArithmeticCause,
  Device,
  DeviceCause,
  LoadOptions,
  LoadProgress,
} from '../../protocol/rerank-api.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

/** A model that is ready to run; created by the composition root. */
export interface LoadedRuntime {
  readonly device: Device;
  readonly deviceReason: string;
  readonly deviceCause: DeviceCause;
  readonly dtype: string;
  readonly arithmetic: Arithmetic;
  readonly arithmeticCause: ArithmeticCause;
  readonly arithmeticReason: string;
  readonly spec: ModelSpec;
  readonly tokenizer: Tokenizer;
  readonly profile: ScoringProfile;
  readonly defaultMaxNewTokens: number | undefined;
  createRunner(options: RunnerOptions): ModelRunner | Promise<ModelRunner>;
  dispose(): Promise<void>;
}

export type LoadRuntime = (
  options: LoadOptions,
  onProgress: (progress: LoadProgress) => void,
) => Promise<LoadedRuntime>;
