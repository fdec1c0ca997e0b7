/** The demo model behind the service, as a page has it in its worker. What the model decodes is recorded on the way. */
import type { ModelRunner, StepOutput, StepPlan } from '../../src/engine/model-runner.ts';
import type { RerankDocument, RunOptions, RerankUpdate } from '../../src/protocol/rerank-api.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { RerankService } from '../../src/service/rerank/rerank-service.ts';

export type Finished = Extract<RerankUpdate, { type: 'finished' }>;

export interface Judged<Case> {
  readonly oracle: Case;
  readonly finished: Finished;
  /** The tokens that followed a prompt in the case's run. */
  readonly tokensAfter: (promptTokenIds: readonly number[]) => readonly number[] | undefined;
}

export class DemoService {
  readonly model: LoadedRuntime;
  readonly #service: RerankService;
  #decoded = new DecodedTokens();
  #numRuns = 0;

  private constructor(model: LoadedRuntime) {
    this.model = model;
    const recorded: LoadedRuntime = {
      ...model,
      createRunner: async (options) => new RecordingRunner(await model.createRunner(options), this.#decoded),
      // The caller owns the model.
      dispose: () => Promise.resolve(),
    };
    this.#service = new RerankService(() => Promise.resolve(recorded));
  }

  static async over(model: LoadedRuntime): Promise<DemoService> {
    const demo = new DemoService(model);
    await demo.#service.load({ model: 'memory:/', device: 'wasm' }, () => {});
    return demo;
  }

  async rerank(
    query: string,
    documents: readonly RerankDocument[],
    options: RunOptions,
  ): Promise<RerankUpdate[]> {
    const updates: RerankUpdate[] = [];
    const request = { runId: this.#numRuns++, query, documents, options };
    await this.#service.rerank(request, (batch) => void updates.push(...batch));
    return updates;
  }

  /** Judges cases of one query and equal options together, as the page would. Every case is finished once. */
  async judge<Case extends { readonly query: string }>(
    cases: readonly Case[],
    documentOf: (one: Case) => RerankDocument,
    optionsOf: (one: Case) => RunOptions,
  ): Promise<Judged<Case>[]> {
    const groups = new Map<string, Case[]>();
    for (const one of cases) {
      const key = JSON.stringify([one.query, optionsOf(one)]);
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    const judged: Judged<Case>[] = [];
    for (const group of groups.values()) {
      const first = group[0]!;
      this.#decoded.clear();
      const updates = await this.rerank(first.query, group.map(documentOf), optionsOf(first));
      const decoded = this.#decoded.copy();
      const tokensAfter = (prompt: readonly number[]) => decoded.get(String(prompt));
      for (const update of updates) {
        if (update.type !== 'finished') continue;
        judged.push({ oracle: group[update.index]!, finished: update, tokensAfter });
      }
    }
    if (new Set(judged.map(({ oracle }) => oracle)).size !== cases.length || judged.length !== cases.length)
      throw new Error(`${judged.length} verdicts for ${cases.length} cases`);
    return judged;
  }
}

/** New tokens by the prompt before them. */
class DecodedTokens {
  readonly #byPrompt = new Map<string, number[]>();
  readonly #bySlot = new Map<number, number[]>();

  add(plan: StepPlan, { tokenIds }: StepOutput): void {
    plan.rows.forEach(({ slot }, row) => {
      if (plan.kind === 'prefill') {
        const tokens: number[] = [];
        this.#bySlot.set(slot, tokens);
        this.#byPrompt.set(String([...plan.rows[row]!.tokenIds]), tokens);
      } else {
        // The engine may have gone on with another token than the runner's greedy one.
        this.#bySlot.get(slot)!.splice(-1, 1, plan.rows[row]!.tokenId);
      }
      this.#bySlot.get(slot)!.push(tokenIds[row]!);
    });
  }

  clear(): void {
    this.#byPrompt.clear();
  }

  copy(): ReadonlyMap<string, readonly number[]> {
    return new Map(this.#byPrompt);
  }
}

class RecordingRunner implements ModelRunner {
  readonly #inner: ModelRunner;
  readonly #decoded: DecodedTokens;

  constructor(inner: ModelRunner, decoded: DecodedTokens) {
    this.#inner = inner;
    this.#decoded = decoded;
  }

  get maxSlots(): number {
    return this.#inner.maxSlots;
  }

  get maxLength(): number {
    return this.#inner.maxLength;
  }

  get survivedFault(): boolean {
    return this.#inner.survivedFault ?? false;
  }

  async run(plan: StepPlan): Promise<StepOutput> {
    const output = await this.#inner.run(plan);
    this.#decoded.add(plan, output);
    return output;
  }

  dispose(): Promise<void> {
    return this.#inner.dispose();
  }
}
