/**
 * transformers.js `generate()`, greedy, on the same weights in its own layout; one document at a time, or in batches
 * with left padding. It gets our token ids and stops where we stop, so the work is the same.
 */
import {
  AutoModelForCausalLM,
  StoppingCriteria,
  StoppingCriteriaList,
  Tensor,
  env,
  type PreTrainedModel,
} from '@huggingface/transformers';
import { fetchTokenizer } from '../prompts.ts';
import { findMarkerTokenIds } from '../../../src/rank1/markers.ts';
import type { Tokenizer } from '../../../src/tokenizer/tokenizer.ts';
import type {
  Contender,
  DocumentResult,
  LoadRequest,
  Prompt,
  RunRequest,
  RunResult,
  VerdictTokenIds,
} from '../types.ts';

export class TransformersContender implements Contender {
  #request: LoadRequest | null = null;
  #model: PreTrainedModel | null = null;
  #tokenizer: Tokenizer | null = null;
  #verdictIds: VerdictTokenIds = { close: null, true: -1, false: -1 };
  #padTokenId = 0;

  async load(request: LoadRequest): Promise<void> {
    this.#request = request;
    const { wasm } = env.backends.onnx as { wasm: { wasmPaths: string; numThreads: number } };
    wasm.wasmPaths = request.assetsUrl;
    wasm.numThreads = request.numThreads;
    env.allowRemoteModels = false;
    env.allowLocalModels = true;
    // Its own cache would hide the load times; the browser's serves everybody.
    env.useBrowserCache = false;
    env.localModelPath = request.modelUrl;
    // A tokenizer is loaded too, as `pipeline()` would, though prompts come as ids.
    this.#tokenizer = await fetchTokenizer(`${request.modelUrl}rank1/`);
    const markers = findMarkerTokenIds(this.#tokenizer, request.profile);
    this.#verdictIds = {
      close: markers.closeTokenId,
      true: markers.trueTokenId,
      false: markers.falseTokenId,
    };
    this.#padTokenId = this.#tokenizer.addedToken('<|endoftext|>')?.id ?? 0;
    this.#model = await AutoModelForCausalLM.from_pretrained('transformersjs', {
      device: request.device,
      dtype: request.dtype as 'q4',
      local_files_only: true,
    });
    nameBatchAxis(this.#model);
  }

  async run(request: RunRequest): Promise<RunResult> {
    const startedAt = performance.now();
    if (this.#request!.profile.chain === 'none') return this.#score(request.prompts, startedAt);
    const size = this.#request!.contender === 'transformers-batch' ? this.#request!.slots : 1;
    const documents: DocumentResult[] = [];
    for (let from = 0; from < request.prompts.length; from += size) {
      documents.push(...(await this.#generate(request.prompts.slice(from, from + size), request, startedAt)));
    }
    return { elapsedMs: performance.now() - startedAt, documents, stats: null, sessionCalls: null };
  }

  /** One forward pass a document, as published examples do, with the logits of the last token alone. */
  async #score(prompts: readonly Prompt[], startedAt: number): Promise<RunResult> {
    const { true: yes, false: no } = this.#verdictIds;
    const documents: DocumentResult[] = [];
    for (const { tokenIds } of prompts) {
      const dims = [1, tokenIds.length];
      const outputs = (await this.#model!({
        input_ids: new Tensor('int64', BigInt64Array.from(tokenIds, BigInt), dims),
        attention_mask: new Tensor('int64', new BigInt64Array(tokenIds.length).fill(1n), dims),
        num_logits_to_keep: new Tensor('int64', [1n], []),
      })) as Record<string, Tensor>;
      const values = outputs['logits']!.data as Float32Array;
      const score = this.#request!.profile.score;
      const x = values[yes]! - (no === null ? 0 : values[no]!);
      documents.push({
        tokenIds: [],
        numNewTokens: 0,
        text: '',
        label: null,
        score: 1 / (1 + Math.exp(-(x - score.offset) / score.scale)),
        finishedMs: performance.now() - startedAt,
      });
      for (const output of Object.values(outputs)) output.dispose();
    }
    return { elapsedMs: performance.now() - startedAt, documents, stats: null, sessionCalls: null };
  }

  async #generate(
    prompts: readonly Prompt[],
    { maxNewTokens, stopAtVerdict }: RunRequest,
    startedAt: number,
  ) {
    const longest = Math.max(...prompts.map(({ tokenIds }) => tokenIds.length));
    const ids = new BigInt64Array(prompts.length * longest).fill(BigInt(this.#padTokenId));
    const mask = new BigInt64Array(prompts.length * longest);
    prompts.forEach(({ tokenIds }, row) => {
      const start = (row + 1) * longest - tokenIds.length;
      tokenIds.forEach((id, i) => (ids[start + i] = BigInt(id)));
      mask.fill(1n, start, (row + 1) * longest);
    });
    const stop = new VerdictStop(this.#verdictIds, longest, prompts.length, startedAt);
    const dims = [prompts.length, longest];
    const output = (await this.#model!.generate({
      inputs: new Tensor('int64', ids, dims),
      attention_mask: new Tensor('int64', mask, dims),
      max_new_tokens: maxNewTokens,
      do_sample: false,
      ...(stopAtVerdict ? { stopping_criteria: listOf(stop) } : { min_new_tokens: maxNewTokens }),
    } as never)) as Tensor;
    const rows = (output.tolist() as bigint[][]).map((row) => row.slice(longest).map(Number));
    const endedMs = performance.now() - startedAt;
    return rows.map((row, index) => this.#result(row, stopAtVerdict, stop.finishedMs[index] ?? endedMs));
  }

  #result(row: readonly number[], stopAtVerdict: boolean, finishedMs: number): DocumentResult {
    const { close, true: yes, false: no } = this.#verdictIds;
    const at = row.findIndex((id, i) => i > 0 && row[i - 1] === close && (id === yes || id === no));
    const tokenIds = stopAtVerdict && at >= 0 ? row.slice(0, at + 1) : row;
    return {
      tokenIds,
      numNewTokens: tokenIds.length,
      text: this.#tokenizer!.decode(tokenIds),
      label: at < 0 ? null : row[at] === yes ? 'true' : 'false',
      finishedMs,
    };
  }

  async dispose(): Promise<void> {
    await this.#model?.dispose();
  }
}

/** The empty cache of the first step is sized by the axes' names in the graph, and only this name is known. */
function nameBatchAxis(model: PreTrainedModel): void {
  const { sessions } = model as unknown as {
    sessions: Record<string, { inputMetadata: { shape?: unknown[] }[] }>;
  };
  for (const { shape } of sessions['model']?.inputMetadata ?? []) {
    if (shape?.[0] === 'B') shape[0] = 'batch_size';
  }
}

function listOf(stop: StoppingCriteria): StoppingCriteriaList {
  const list = new StoppingCriteriaList();
  list.push(stop);
  return list;
}

/** Done for a row once it has `</think>` and an answer behind its prompt. */
class VerdictStop extends StoppingCriteria {
  readonly finishedMs: number[] = [];
  readonly #done: boolean[];

  readonly #ids: VerdictTokenIds;
  readonly #promptLength: number;
  readonly #startedAt: number;

  constructor(ids: VerdictTokenIds, promptLength: number, numRows: number, startedAt: number) {
    super();
    this.#ids = ids;
    this.#promptLength = promptLength;
    this.#startedAt = startedAt;

    this.#done = new Array<boolean>(numRows).fill(false);
  }

  override _call(rows: (number | bigint)[][]): boolean[] {
    rows.forEach((row, index) => {
      if (this.#done[index] || row.length < this.#promptLength + 2) return;
      const [before, last] = [Number(row.at(-2)), Number(row.at(-1))];
      if (before !== this.#ids.close || (last !== this.#ids.true && last !== this.#ids.false)) return;
      this.#done[index] = true;
      this.finishedMs[index] = performance.now() - this.#startedAt;
    });
    return this.#done;
  }
}
