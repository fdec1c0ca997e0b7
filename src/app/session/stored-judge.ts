/** A model that judges, and the key its judgements are stored under. */
import type { Reranker } from '../../client/reranker.ts';
import type { LoadedModel } from '../../protocol/rerank-api.ts';
import {
  dtypeOf,
  identifyModel,
  runKey,
  versionOf,
  type JudgingPass,
  type ModelIdentity,
} from './judgement-key.ts';
import type { Question } from './session-types.ts';

export interface JudgeSource {
  readonly reranker: Reranker;
  /** model folder, absolute, with trailing slash */
  readonly modelUrl: string;
  /** for models without a folder */
  readonly identity?: ModelIdentity;
}

export class StoredJudge {
  readonly reranker: Reranker;
  /** `versionOf` the model; null until known */
  version: string | null;
  readonly #source: JudgeSource;
  #revision = '';

  /** @param version of the model that judged last; null if none did */
  constructor(source: JudgeSource, version: string | null) {
    this.reranker = source.reranker;
    this.version = version;
    this.#source = source;
  }

  /** Last path segment of the model's URL, or the judging server. */
  get name(): string {
    const { remoteHost } = this.reranker;
    return remoteHost ?? this.#source.modelUrl.replace(/\/$/, '').split(/[/:]/).at(-1) ?? '';
  }

  /** Reads the model folder, and forgets a version that it no longer has. @throws Rank1Error */
  async identify(): Promise<void> {
    const { modelUrl, identity } = this.#source;
    const { revision, dtypes } = identity ?? (await identifyModel(modelUrl));
    this.#revision = revision;
    const [only] = dtypes.length === 1 ? dtypes : [];
    const isKept = this.version !== null && dtypes.includes(dtypeOf(this.version));
    if (!isKept) this.version = only ?? null;
  }

  /** Adopts the loaded model's version. @returns whether it is another than before */
  hasChanged(model: LoadedModel): boolean {
    const before = this.version;
    this.version = versionOf(model);
    return this.version !== before;
  }

  runKey(question: Question, pass: JudgingPass): Promise<string> {
    return runKey(this.#revision, this.version ?? '', question, pass);
  }
}
