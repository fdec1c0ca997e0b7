/** The page of the soak run: the public class, the real worker and the demo model, round after round. */
import { Reranker } from '../../src/client/reranker.ts';

export interface SoakRound {
  readonly numDocuments: number;
  /** First a run that is aborted after its first verdict. */
  readonly abort: boolean;
  /** First the worker is ended, and the model loaded again. */
  readonly reload: boolean;
}

export interface SoakFigures {
  /** by document: label and logit difference */
  readonly verdicts: readonly string[];
  /** bytes of keys and values: the most that the run held */
  readonly peakCacheBytes: number;
}

const QUERY = 'What is the coldest city in the world?';
const MODEL = { model: new URL('../../models/rank1-demo/', location.href).href, device: 'wasm' } as const;

class Soak {
  #reranker: Reranker | null = null;
  #texts: readonly string[] | null = null;

  async round({ numDocuments, abort, reload }: SoakRound): Promise<SoakFigures> {
    if (reload) this.#reranker?.dispose();
    const reranker = (this.#reranker ??= new Reranker());
    await reranker.load(MODEL);
    const texts = await this.#sampleTexts();
    const documents = Array.from({ length: numDocuments }, (_, index) => texts[index % texts.length] ?? '');
    if (abort) await this.#judge(reranker, documents, true);
    return this.#judge(reranker, documents, false);
  }

  async #judge(reranker: Reranker, documents: readonly string[], abort: boolean): Promise<SoakFigures> {
    const verdicts: string[] = [];
    const summary = await reranker.rerank({
      query: QUERY,
      documents,
      options: { mode: 'instant', maxSlots: 4 },
      onUpdate: (updates) => {
        for (const update of updates) {
          if (update.type !== 'finished') continue;
          const { verdict, finishReason } = update;
          verdicts[update.index] = verdict ? `${verdict.label} ${verdict.logitDifference}` : finishReason;
          if (abort) reranker.abort();
        }
      },
    });
    return { verdicts, peakCacheBytes: summary.stats.peakCacheBytes };
  }

  async #sampleTexts(): Promise<readonly string[]> {
    if (!this.#texts) {
      const response = await fetch(new URL('../../samples/coldest-city.json', location.href));
      const { documents } = (await response.json()) as { documents: readonly { text: string }[] };
      this.#texts = documents.map(({ text }) => text);
    }
    return this.#texts;
  }
}

export type SoakHarness = Pick<Soak, 'round'>;

(globalThis as unknown as { soak: SoakHarness }).soak = new Soak();
