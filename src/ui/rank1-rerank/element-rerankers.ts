/** The Rerankers of an element: the one that scores, and the explainer, if there is one. */
import type { Reranker } from '../../client/reranker.ts';
import type { LoadOptions } from '../../protocol/rerank-api.ts';
import type { RunRequest } from '../rerank-controller.ts';
import { RerankerSource } from './reranker-source.ts';

interface ModelChoice {
  readonly reranker: Reranker | undefined;
  readonly explainer: string | Reranker;
}

export class ElementRerankers {
  readonly #main: RerankerSource;
  readonly #explainer: RerankerSource;

  constructor(element: HTMLElement & ModelChoice) {
    this.#main = new RerankerSource(element, () => element.reranker);
    this.#explainer = new RerankerSource(element, () =>
      typeof element.explainer === 'string' ? undefined : element.explainer,
    );
  }

  /** Every host that texts are sent to; null if they stay on this device. */
  get remoteHost(): string | null {
    const rerankers = [this.#main.current, this.#explainer.current];
    const hosts = rerankers.map((reranker) => reranker?.remoteHost ?? null).filter((host) => host !== null);
    return hosts.length > 0 ? [...new Set(hosts)].join(', ') : null;
  }

  acquire(load: LoadOptions): Reranker {
    return this.#main.acquire(load);
  }

  acquireExplainer({ load, explainer }: RunRequest): Reranker | undefined {
    if (!explainer) {
      this.#explainer.release();
      return undefined;
    }
    // `modelFiles` and `dtype` are those of the model that scores.
    const { modelFiles: _files, dtype: _dtype, ...others } = load;
    const model = typeof explainer === 'string' ? explainer : load.model;
    return this.#explainer.acquire({ ...others, model });
  }

  release(): void {
    this.#main.release();
    this.#explainer.release();
  }
}
