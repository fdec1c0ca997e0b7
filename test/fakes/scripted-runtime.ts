/**
 * A loaded model with scripted output. Each document has a chain; the runner reads the document from
 * the prompt it is given and goes on with the chain's next token. Where the prompt already ends in `</think>`, the
 * answer is asked for, and it answers at once with the document's logits.
 */
import type { ModelRunner } from '../../src/engine/model-runner.ts';
import { RANK1_PROFILE } from '../../src/model/scoring-profile.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { CharacterTokenizer } from './character-tokenizer.ts';
import { ScriptedRunner, type NextTokenRule, type ScriptedRunnerOptions } from './scripted-runner.ts';

export interface DocumentScript {
  /** What the model writes after `<think>`; markers in it are the added tokens. */
  readonly chain: string;
  /** of ` true` and ` false` */
  readonly logits: readonly [number, number];
  /** of the tokens from 0; where they are there, samples draw from them, whatever the chain says */
  readonly allLogits?: readonly number[];
}

export interface ScriptedRuntimeOptions {
  /** Given the document as it stands in the prompt. */
  readonly scriptOf?: (document: string) => DocumentScript;
  readonly tokenizer?: CharacterTokenizer;
  /** default `wasm` */
  readonly device?: LoadedRuntime['device'];
  readonly maxPositions?: number;
  readonly profile?: LoadedRuntime['profile'];
  readonly beforeStep?: ScriptedRunnerOptions['beforeStep'];
}

/** Relevant when the document says tea. */
export function teaScript(document: string): DocumentScript {
  return document.includes('tea')
    ? { chain: 'It is about tea.\n</think> true', logits: [4, 1] }
    : { chain: 'No tea here.\n</think> false', logits: [-2, 3] };
}

export class ScriptedRuntime implements LoadedRuntime {
  readonly device: LoadedRuntime['device'];
  readonly deviceReason = 'scripted';
  readonly deviceCause = { code: 'asked' } as const;
  readonly dtype = 'q4';
  readonly profile: LoadedRuntime['profile'];
  readonly arithmetic = 'exact';
  readonly arithmeticCause = 'chosen';
  readonly arithmeticReason = 'scripted';
  readonly defaultMaxNewTokens = 60;
  readonly spec: LoadedRuntime['spec'];
  readonly tokenizer: CharacterTokenizer;
  readonly runners: ScriptedRunner[] = [];
  numDisposed = 0;
  readonly #options: ScriptedRuntimeOptions;

  constructor(options: ScriptedRuntimeOptions = {}) {
    this.#options = options;
    this.device = options.device ?? 'wasm';
    this.profile = options.profile ?? RANK1_PROFILE;
    this.tokenizer = options.tokenizer ?? new CharacterTokenizer();
    const eosTokenId = this.tokenizer.addedToken('<|endoftext|>')?.id;
    this.spec = {
      architecture: 'Qwen2ForCausalLM',
      hiddenSize: 8,
      intermediateSize: 8,
      numLayers: 1,
      numHeads: 1,
      numKeyValueHeads: 1,
      headDim: 8,
      vocabSize: 2 ** 22, // ids are code points, and above them the markers
      maxPositions: options.maxPositions ?? 512,
      ropeTheta: 10_000,
      ropeScaling: null,
      rmsNormEps: 1e-6,
      tieWordEmbeddings: true,
      attentionBias: true,
      queryKeyNorm: false,
      eosTokenIds: eosTokenId === undefined ? [] : [eosTokenId],
    };
  }

  createRunner({
    maxSlots,
    maxLength,
    scoresOnly,
  }: Parameters<LoadedRuntime['createRunner']>[0]): ModelRunner {
    const { beforeStep } = this.#options;
    const runner = new ScriptedRunner({
      maxSlots,
      maxLength,
      rule: this.#rule,
      scoresOnly,
      ...(beforeStep && { beforeStep }),
    });
    this.runners.push(runner);
    return runner;
  }

  dispose(): Promise<void> {
    this.numDisposed++;
    return Promise.resolve();
  }

  readonly #rule: NextTokenRule = (tokenIds) => {
    const { tokenizer } = this;
    const open = tokenizer.addedToken('<think>')?.id;
    const start = tokenIds.findIndex((tokenId) => tokenId === open);
    // The warm-up: not a rank1 prompt, so no document.
    if (start < 0) return { tokenId: 1, watchedLogits: (this.#options.scriptOf ?? teaScript)('').logits };
    const prompt = tokenizer.decode(tokenIds.slice(0, start));
    const document = prompt.slice(prompt.indexOf('\nPassage: ') + '\nPassage: '.length, -1);
    const script = (this.#options.scriptOf ?? teaScript)(document);
    const chain = tokenizer.encodeGenerated(script.chain);
    const written = tokenIds.slice(start + 1);
    const isForced =
      written.at(-1) === tokenizer.addedToken('</think>')?.id && !script.chain.includes('</think>');
    const answer = tokenizer.encode(script.logits[0] >= script.logits[1] ? ' true' : ' false')[0] ?? -1;
    return {
      tokenId: isForced ? answer : (chain[written.length] ?? 1),
      watchedLogits: script.logits,
      ...(script.allLogits && { logits: script.allLogits }),
    };
  };
}
