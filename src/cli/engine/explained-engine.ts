/** Two local engines as one: the first scores, the second gives the reasons. */
import type { DocumentInput } from '../../client/check-arguments.ts';
import type { LoadCallOptions, RerankCallbacks, RerankParameters } from '../../client/reranker-options.ts';
import type { RerankResponse } from '../../client/rerank-result.ts';
import { Rank1Error } from '../../base/errors.ts';
import type { LoadedModel } from '../../protocol/rerank-api.ts';
import type { LocalEngine } from './local-engine.ts';
import type { RerankEngine } from './rerank-engine.ts';

export class ExplainedEngine implements RerankEngine {
  readonly modelName: string;
  readonly #scorer: LocalEngine;
  readonly #explainer: LocalEngine;

  constructor(scorer: LocalEngine, explainer: LocalEngine) {
    this.#scorer = scorer;
    this.#explainer = explainer;
    this.modelName = `${scorer.modelName}+${explainer.modelName}`;
  }

  get numRestarts(): number {
    return this.#scorer.numRestarts + this.#explainer.numRestarts;
  }

  /**
   * @returns the scoring model
   * @throws Rank1Error `model-unsupported` if the second model cannot reason, and errors of loading
   */
  async load(options: LoadCallOptions = {}): Promise<LoadedModel> {
    const model = await this.#scorer.load(options);
    const { canReason } = await this.#explainer.load(options);
    if (canReason) return model;
    throw new Rank1Error(
      'model-unsupported',
      `${this.#explainer.modelName} gives scores without reasoning. Name a rank1 model with --explainer.`,
    );
  }

  rerank<D extends DocumentInput>(call: RerankParameters<D> & RerankCallbacks): Promise<RerankResponse<D>> {
    return this.#scorer.rerank({ ...call, explainer: this.#explainer.reranker });
  }

  async isReachable(): Promise<boolean> {
    return (await this.#scorer.isReachable()) && (await this.#explainer.isReachable());
  }

  async close(): Promise<void> {
    await Promise.all([this.#scorer.close(), this.#explainer.close()]);
  }
}
