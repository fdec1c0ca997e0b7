/** The page of the soak run: the public class, the real worker and the demo model, round after round. */
import { Reranker } from '../../src/client/reranker.ts';
import type { Device, Reasons } from '../../src/protocol/rerank-api.ts';

export interface SoakRound {
  readonly device: Device;
  /** scored without reasons; with none the model is loaded and nothing else */
  readonly numDocuments: number;
  /** of those, judged once more with reasons, with few tokens each */
  readonly numReasoned: number;
  /** First a run that is aborted after its first verdict. */
  readonly abort: boolean;
  /** First the worker is ended, and the model loaded again. */
  readonly reload: boolean;
  readonly maxSlots?: number;
  /** of each that is judged with reasons */
  readonly samples?: number;
  readonly maxNewTokens?: number;
  /** Of each document, its first words only: software WebGPU takes its time over whole ones. */
  readonly maxWords?: number;
  /** the demo model from the server when left out */
  readonly model?: string;
  /** Named or left out, the demo model is the same; the worker takes it for another. */
  readonly dtype?: 'q4';
}

export interface SoakFigures {
  /** by document, those reasoned about behind the others: label, logit difference and chain */
  readonly verdicts: readonly string[];
  /** bytes of keys and values: the most that a run held */
  readonly peakCacheBytes: number;
  /** decode steps of the runs that were not aborted */
  readonly numSteps: number;
  /** worker faults, by code */
  readonly faults: readonly string[];
}

interface Judging {
  readonly documents: readonly string[];
  readonly reasons: Reasons;
  readonly abort: boolean;
  readonly maxSlots: number;
  readonly samples?: number;
  readonly maxNewTokens?: number;
}

const QUERY = 'What is the coldest city in the world?';
const MODEL = new URL('../../models/rank1-rerank-model/', location.href).href;
const MAX_NEW_TOKENS = 16;

class Soak {
  #reranker: Reranker | null = null;
  #model = '';
  #texts: readonly string[] | null = null;

  async round(asked: SoakRound): Promise<SoakFigures> {
    const { device, numDocuments, numReasoned, abort, reload, maxSlots = 4, model = MODEL, dtype } = asked;
    const { maxWords = Infinity, samples, maxNewTokens } = asked;
    const options = { model, device, ...(dtype && { dtype }) };
    if (reload || JSON.stringify(options) !== this.#model) this.dispose();
    this.#model = JSON.stringify(options);
    const reranker = (this.#reranker ??= new Reranker(options));
    // An empty list is answered without a model.
    if (numDocuments === 0) await reranker.load();
    const texts = await this.#sampleTexts();
    const documents = Array.from({ length: numDocuments }, (_, index) =>
      firstWords(texts[index % texts.length] ?? '', maxWords),
    );
    const judging = { documents, reasons: 'none', abort: false, maxSlots } as const;
    if (abort) await this.#judge(reranker, { ...judging, abort });
    const instant = await this.#judge(reranker, judging);
    const reasoned = await this.#judge(reranker, {
      ...judging,
      documents: documents.slice(0, numReasoned),
      reasons: 'all',
      ...(samples && { samples }),
      ...(maxNewTokens && { maxNewTokens }),
    });
    return {
      verdicts: [...instant.verdicts, ...reasoned.verdicts],
      peakCacheBytes: Math.max(instant.peakCacheBytes, reasoned.peakCacheBytes),
      numSteps: instant.numSteps + reasoned.numSteps,
      faults: [...instant.faults, ...reasoned.faults],
    };
  }

  dispose(): void {
    this.#reranker?.dispose();
    this.#reranker = null;
  }

  async #judge(
    reranker: Reranker,
    { documents, reasons, abort, maxSlots, samples, maxNewTokens = MAX_NEW_TOKENS }: Judging,
  ): Promise<SoakFigures> {
    const verdicts: string[] = [];
    const faults: string[] = [];
    let [peakCacheBytes, numSteps] = [0, 0];
    const ending = new AbortController();
    const call = reranker.rerank({
      query: QUERY,
      documents,
      reasons,
      maxSlots,
      maxNewTokens,
      ...(samples && { samples }),
      signal: ending.signal,
      onState: (state) => {
        if (state.type === 'recovering') faults.push(state.code);
      },
      onUpdate: (updates, stats) => {
        ({ peakCacheBytes, numDecodeSteps: numSteps } = stats);
        for (const update of updates) {
          if (update.type !== 'finished') continue;
          const { verdict, finishReason, reasoning } = update;
          verdicts[update.index] = verdict
            ? `${verdict.label} ${verdict.logitDifference} ${reasoning}`
            : finishReason;
          if (abort) ending.abort();
        }
      },
    });
    await call.catch((error: unknown) => {
      if (!ending.signal.aborted) throw error;
    });
    return { verdicts, peakCacheBytes, numSteps, faults };
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

function firstWords(text: string, maxWords: number): string {
  return text.split(' ').slice(0, maxWords).join(' ');
}

export type SoakHarness = Pick<Soak, 'round' | 'dispose'>;

(globalThis as unknown as { soak: SoakHarness }).soak = new Soak();
