/** A page for browser tests: loads a model on a device and runs parts of the engine on it, from `evaluate`. */
import { MODEL_RUNNER_CONTRACT, type RunnerHarness } from '../contract/model-runner.contract.ts';
import { createOnnxHarness } from '../contract/onnx-runner-harness.ts';
import { sharedPrefix } from '../../src/engine/shared-prefix.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import { HttpFolder } from '../../src/model/http-folder.ts';
import { fetchModelFiles } from '../../src/model/model-files.ts';
import type { Device } from '../../src/protocol/rerank-api.ts';
import { ChainReader } from '../../src/rank1/chain-reader.ts';
import { findMarkerTokenIds, watchedTokenIds } from '../../src/rank1/markers.ts';
import { browserHost } from '../../src/runtime/browser-host.ts';
import { ModelRuntime } from '../../src/runtime/model-runtime.ts';
import { readTokenizer } from '../../src/service/rerank/read-tokenizer.ts';
import { generate, type GenerateRequest } from './generate.ts';
import type { GeneratedRow } from './generate-rows.ts';

/** A prompt's greedy continuation and, where the chain ended by itself, its verdict. */
export interface DecodedChain {
  readonly tokenIds: readonly number[];
  readonly score: number | null;
  readonly logitDifference: number | null;
}

export interface DecodeRequest {
  readonly device: Device;
  readonly rows: readonly { readonly promptTokenIds: readonly number[]; readonly maxNewTokens: number }[];
  readonly maxSlots: number;
}

export interface DecodeResult {
  readonly chains: readonly DecodedChain[];
  readonly numPrefixTokensSaved: number;
}

async function decode(request: DecodeRequest): Promise<DecodeResult> {
  const modelUrl = new URL('../../models/rank1-rerank-model/', location.href).href;
  const files = await fetchModelFiles(modelUrl, 'q4', () => {});
  const tokenizer = await readTokenizer(new HttpFolder(modelUrl));
  const markers = findMarkerTokenIds(tokenizer);
  const assetsUrl = new URL('../../ort/', location.href).href;
  const runtime = await ModelRuntime.load(request.device, files, browserHost(assetsUrl));
  const lengths = request.rows.map(
    ({ promptTokenIds, maxNewTokens }) => promptTokenIds.length + maxNewTokens,
  );
  const runner = await runtime.createRunner({
    maxSlots: request.maxSlots,
    maxLength: Math.max(...lengths),
    maxPrefillRows: request.maxSlots,
    watchedTokenIds: watchedTokenIds(markers),
  });
  const prompts = request.rows.map(({ promptTokenIds }) => Int32Array.from(promptTokenIds));
  const engine = new Engine(runner, { prefixTokenIds: sharedPrefix(prompts) });
  const rows = request.rows.map(({ maxNewTokens }, row) => {
    const reader = new ChainReader(tokenizer, markers, files.spec.eosTokenIds);
    const sequence = new Sequence({
      promptTokenIds: prompts[row]!,
      maxNewTokens,
      stopCondition: reader,
    });
    engine.add(sequence);
    return { sequence, reader };
  });
  while (engine.hasWork) await engine.step();
  await runner.dispose();
  await runtime.dispose();
  const chains = rows.map(({ sequence, reader }) => ({
    tokenIds: [...sequence.newTokenIds],
    score: reader.verdict?.score ?? null,
    logitDifference: reader.verdict?.logitDifference ?? null,
  }));
  return { chains, numPrefixTokensSaved: engine.stats.numPrefixTokensSaved };
}

const contractHarnesses = new Map<number, Promise<RunnerHarness>>();

/** Runs one case of the ModelRunner contract on WebGPU, on a model of `numLayers` layers; rejects when it fails. */
async function runContractCase(name: string, numLayers: number): Promise<void> {
  const contractCase = MODEL_RUNNER_CONTRACT.find((candidate) => candidate.name === name);
  if (!contractCase) throw new Error(`the contract has no case "${name}"`);
  const host = browserHost(new URL('../../ort/', location.href).href);
  const harness =
    contractHarnesses.get(numLayers) ??
    createOnnxHarness({
      device: 'webgpu',
      dtype: 'q4',
      padTo: 16,
      host,
      numLayers,
      isSlow: numLayers === 1,
    });
  contractHarnesses.set(numLayers, harness);
  await contractCase.run(await harness);
}

export interface Harness {
  decode(request: DecodeRequest): Promise<DecodeResult>;
  generate(request: GenerateRequest): Promise<GeneratedRow[]>;
  runContractCase(name: string, numLayers: number): Promise<void>;
}

(globalThis as unknown as { harness: Harness }).harness = { decode, generate, runContractCase };
