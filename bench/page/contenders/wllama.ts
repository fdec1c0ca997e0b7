/**
 * wllama: llama.cpp in WASM, on the GGUF of the same 4-bit codes. It takes text only, so it tokenises the prompts
 * itself, within the measured time. One request at a time, or `slots` of them in flight (its own continuous batching).
 */
import { LoggerWithoutDebug, Wllama } from '@wllama/wllama';
import wasmUrl from '@wllama/wllama/esm/wasm/wllama.wasm?url';
import type { Contender, DocumentResult, LoadRequest, Prompt, RunRequest, RunResult } from '../types.ts';

const STOPS = ['</think> true', '</think> false'];

interface VerboseResponse {
  readonly __verbose: { readonly tokens: number[]; readonly content: string; readonly stopping_word: string };
}

export class WllamaContender implements Contender {
  #wllama: Wllama | null = null;
  #parallel = 1;

  #scores = false;

  async load(request: LoadRequest): Promise<void> {
    this.#scores = request.profile.chain === 'none';
    this.#parallel = request.contender === 'wllama-batch' ? request.slots : 1;
    const quiet = { ...LoggerWithoutDebug, log: () => undefined, warn: () => undefined };
    this.#wllama = new Wllama(
      { default: new URL(wasmUrl, location.href).href },
      { suppressNativeLog: true, logger: quiet as typeof LoggerWithoutDebug },
    );
    const response = await fetch(`${request.modelUrl}model.gguf`);
    if (!response.ok) throw new Error(`model.gguf: ${response.status}`);
    await this.#wllama.loadModel([await response.blob()], {
      n_ctx: request.maxLength * this.#parallel,
      n_parallel: this.#parallel,
      n_threads: request.numThreads,
      n_gpu_layers: request.device === 'webgpu' ? 999 : 0,
      cache_type_k: 'f32',
      cache_type_v: 'f32',
      // A pooled answer needs the whole prompt in one batch.
      ...(this.#scores && {
        embeddings: true,
        pooling_type: 'rank' as const,
        n_batch: request.maxLength * this.#parallel,
        n_ubatch: request.maxLength,
      }),
    });
  }

  async run(request: RunRequest): Promise<RunResult> {
    const startedAt = performance.now();
    const documents: DocumentResult[] = [];
    let next = 0;
    let numPromptTokensCounted = 0;
    const work = async () => {
      while (next < request.prompts.length) {
        const index = next++;
        const prompt = request.prompts[index]!;
        if (this.#scores) {
          const { score, numTokens } = await this.#score(prompt);
          numPromptTokensCounted += numTokens;
          const finishedMs = performance.now() - startedAt;
          documents[index] = { tokenIds: [], numNewTokens: 0, text: '', label: null, score, finishedMs };
        } else documents[index] = await this.#complete(prompt, request, startedAt);
      }
    };
    await Promise.all(Array.from({ length: this.#parallel }, work));
    const elapsedMs = performance.now() - startedAt;
    const counted = this.#scores && { numPromptTokensCounted };
    return { elapsedMs, documents, stats: null, sessionCalls: null, ...counted };
  }

  /** `createRerank` asks about one document after the other, so a call for each is the same work. */
  async #score({ query, document }: Prompt) {
    const { results, usage } = await this.#wllama!.createRerank({ query, documents: [document] });
    return { score: results[0]!.relevance_score, numTokens: usage.prompt_tokens };
  }

  async #complete(prompt: Prompt, { maxNewTokens, stopAtVerdict }: RunRequest, startedAt: number) {
    const response = await this.#wllama!.createCompletion({
      prompt: prompt.text,
      max_tokens: maxNewTokens,
      temperature: 0,
      top_k: 1,
      cache_prompt: false,
      // For the ids and the stop that ended it, which the plain answer leaves out.
      return_tokens: true,
      verbose: true,
      ...(stopAtVerdict ? { stop: STOPS } : { ignore_eos: true }),
    } as never);
    const { tokens, content, stopping_word: stop } = (response as unknown as VerboseResponse).__verbose;
    return {
      tokenIds: tokens,
      numNewTokens: tokens.length,
      text: content + stop,
      label: stop === '' ? null : stop.endsWith('true') ? 'true' : 'false',
      finishedMs: performance.now() - startedAt,
    } satisfies DocumentResult;
  }

  async dispose(): Promise<void> {
    await this.#wllama?.exit();
  }
}
