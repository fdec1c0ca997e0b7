/** Our engine on our runner, put together as the product's worker does it, without the service's messages. */
import type { InferenceSession } from 'onnxruntime-web/webgpu';
import { expandModel } from '../../../src/convert/expand/expand-model.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { sharedPrefix } from '../../../src/engine/shared-prefix.ts';
import { Sequence } from '../../../src/engine/sequence.ts';
import { HttpFolder } from '../../../src/model/http-folder.ts';
import { fetchModelFiles, type ModelFiles } from '../../../src/model/model-files.ts';
import { ChainReader } from '../../../src/rank1/chain-reader.ts';
import { findMarkerTokenIds, watchedTokenIds } from '../../../src/rank1/markers.ts';
import { browserHost } from '../../../src/runtime/browser-host.ts';
import { ModelRuntime, type PrepareFiles } from '../../../src/runtime/model-runtime.ts';
import { WASM_LEAD } from '../../../src/service/rerank/rerank-run.ts';
import { readTokenizer } from '../../../src/service/rerank/read-tokenizer.ts';
import type { Tokenizer } from '../../../src/tokenizer/tokenizer.ts';
import type { Contender, ContenderName, LoadRequest, RunRequest, RunResult, SessionCalls } from '../types.ts';

/** Of contenders with another graph over the same weights. */
const FOLDERS: Partial<Record<ContenderName, string>> = {
  'ours-split-qkv': 'rank1-split-qkv',
  'ours-unfused-gate': 'rank1-unfused-gate',
};

export class OursContender implements Contender {
  #request: LoadRequest | null = null;
  #files: ModelFiles | null = null;
  #tokenizer: Tokenizer | null = null;
  #runtime: ModelRuntime | null = null;

  async load(request: LoadRequest): Promise<void> {
    this.#request = request;
    withoutFeature(request.contender);
    const folder = FOLDERS[request.contender] ?? 'rank1';
    const url = `${request.modelUrl}${folder}/`;
    this.#files = await fetchModelFiles(url, request.dtype, () => undefined);
    this.#tokenizer = await readTokenizer(new HttpFolder(url));
    const host = browserHost(request.assetsUrl);
    this.#runtime = await ModelRuntime.load(request.device, this.#files, host, prepareFor(request.contender));
  }

  async run({ prompts, maxNewTokens, stopAtVerdict }: RunRequest): Promise<RunResult> {
    const [request, tokenizer, runtime] = [this.#request!, this.#tokenizer!, this.#runtime!];
    const sessionCalls = await watchSessionCalls(request.device);
    const startedAt = performance.now();
    const markers = findMarkerTokenIds(tokenizer);
    const slots = Math.min(prompts.length, request.contender === 'ours-1' ? 1 : request.slots);
    const longest = Math.max(...prompts.map((prompt) => prompt.tokenIds.length));
    const runner = await runtime.createRunner({
      maxSlots: slots,
      maxLength: Math.min(request.maxLength, Math.ceil((longest + maxNewTokens) / 64) * 64),
      maxPrefillRows: slots,
      watchedTokenIds: watchedTokenIds(markers),
    });
    // Each lacks one feature, to measure its gain within one run.
    const engine = new Engine(runner, {
      ...(request.contender !== 'ours-no-prefix' && {
        prefixTokenIds: sharedPrefix(prompts.map(({ tokenIds }) => Int32Array.from(tokenIds))),
      }),
      ...(request.device === 'wasm' && WASM_LEAD),
      ...(request.contender === 'ours-no-lead' && { leadRows: slots }),
    });
    const rows = prompts.map((prompt) => {
      const reader = new ChainReader(tokenizer, markers, stopAtVerdict ? this.#files!.spec.eosTokenIds : []);
      const sequence = new Sequence({
        promptTokenIds: Int32Array.from(prompt.tokenIds),
        maxNewTokens,
        stopCondition: stopAtVerdict ? reader : { next: () => 'continue' },
      });
      engine.add(sequence);
      return { sequence, reader, finishedMs: 0 };
    });
    const rowOf = new Map(rows.map((row) => [row.sequence, row]));
    try {
      while (engine.hasWork) {
        for (const sequence of await engine.step()) {
          if (sequence.finishReason !== null) rowOf.get(sequence)!.finishedMs = performance.now() - startedAt;
        }
      }
    } finally {
      await runner.dispose();
    }
    const elapsedMs = performance.now() - startedAt;
    return {
      elapsedMs,
      documents: rows.map(({ sequence, reader, finishedMs }) => ({
        tokenIds: [...sequence.newTokenIds],
        numNewTokens: sequence.newTokenIds.length,
        text: tokenizer.decode(sequence.newTokenIds),
        label: reader.verdict?.label ?? null,
        finishedMs,
      })),
      stats: { ...engine.stats, elapsedMs },
      sessionCalls: sessionCalls(),
    };
  }

  async dispose(): Promise<void> {
    await this.#runtime?.dispose();
  }
}

/** `exact` arithmetic but for two contenders; the class itself takes weights as they are stored. */
function prepareFor(contender: ContenderName): PrepareFiles | undefined {
  if (contender === 'ours-stored') return undefined;
  const preference = contender === 'ours-fast' ? 'fast' : 'exact';
  return (files, chosen) => expandModel(files, { preference, ...chosen });
}

/** Hides features from the runtime. Only this contender uses the worker. */
function withoutFeature(contender: LoadRequest['contender']): void {
  if (contender === 'ours-no-jspi') Reflect.deleteProperty(WebAssembly, 'Suspending');
  if (contender === 'ours-no-threads')
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1, configurable: true });
}

/** Counts session.run traffic until the returned function is called. */
async function watchSessionCalls(device: LoadRequest['device']): Promise<() => SessionCalls> {
  const ort =
    device === 'wasm'
      ? await import('onnxruntime-web/wasm')
      : 'Suspending' in WebAssembly
        ? await import('onnxruntime-web/jspi')
        : await import('onnxruntime-web/webgpu');
  const prototype = (ort.InferenceSession as unknown as { prototype: InferenceSession }).prototype;
  const original = prototype.run;
  const sums = { prefill: newSum(), decode: newSum() };
  prototype.run = async function (this: InferenceSession, feeds: never, ...rest: never[]) {
    const startedAt = performance.now();
    const outputs = await (original as (...args: unknown[]) => ReturnType<typeof original>).call(
      this,
      feeds,
      ...rest,
    );
    const ids = (feeds as Record<string, { dims: readonly number[] }>)['input_ids'];
    const sum = (ids?.dims[1] ?? 1) > 1 ? sums.prefill : sums.decode;
    sum.calls++;
    sum.runMs += performance.now() - startedAt;
    sum.bytesIn += bytesOf(feeds);
    sum.bytesOut += bytesOf(outputs);
    return outputs;
  } as typeof original;
  return () => {
    prototype.run = original;
    return sums;
  };
}

const newSum = () => ({ calls: 0, runMs: 0, bytesIn: 0, bytesOut: 0 });

interface AnyTensor {
  readonly location: string;
  readonly size: number;
  readonly type: string;
}

/** Bytes of the tensors that are in this thread's memory, which are copied on the way. */
function bytesOf(tensors: object): number {
  return (Object.values(tensors) as AnyTensor[])
    .filter((tensor) => tensor.location === 'cpu')
    .reduce((sum, { size, type }) => sum + size * (type === 'int64' ? 8 : type === 'float16' ? 2 : 4), 0);
}
