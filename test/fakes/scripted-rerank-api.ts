/**
 * The worker's side of the boundary without a model: chains are computed by `scriptedChain`, one piece per row and
 * step, at the pace the test sets. Waiting documents are admitted when a slot is free, as the engine does.
 */
import { Rank1Error, type Rank1ErrorCode } from '../../src/base/errors.ts';
import type {
  Arithmetic,
  LoadedModel,
  LoadOptions,
  LoadProgress,
  RerankRequest,
  RerankUpdate,
  RunStats,
  RunSummary,
  UpdateListener,
} from '../../src/protocol/rerank-api.ts';
import { Gate } from '../../src/base/async.ts';
import type { Backend } from '../../src/protocol/backend.ts';
import type { Pace } from './pace.ts';
import { scriptedChain, scriptedScore, type ScriptedChain } from './scripted-chain.ts';

interface Row {
  readonly index: number;
  readonly chain: ScriptedChain;
  readonly numPromptTokens: number;
  numNewTokens: number;
}

const MODEL_BYTES = 20_000_000;

export class ScriptedRerankApi implements Backend {
  readonly requests: RerankRequest[] = [];
  readonly loads: LoadOptions[] = [];
  /** The summaries of the runs that have ended, aborted or not. */
  readonly finishedRuns: RunSummary[] = [];
  /** The next load, or run, rejects with this code; once. */
  failNextLoad: Rank1ErrorCode | null = null;
  failNextRun: Rank1ErrorCode | null = null;
  /** What the loaded model says of itself; a run obeys its options all the same. */
  canReason = true;
  arithmetic: Arithmetic = 'exact';
  readonly #gate = new Gate();

  /** Runs that wait between two steps for a resume. */
  numHeld = 0;

  readonly #pace: Pace;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Whether a pause was requested; the current step may still be running. */
  get isPaused(): boolean {
    return !this.#gate.isOpen;
  }

  async load(options: LoadOptions, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
    this.loads.push(options);
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      onProgress({ stage: 'download', loadedBytes: part * MODEL_BYTES, totalBytes: MODEL_BYTES });
      await this.#pace.nextStep();
    }
    if (this.failNextLoad) throw this.#takeFailure('failNextLoad');
    onProgress({ stage: 'warm-up', loadedBytes: MODEL_BYTES, totalBytes: MODEL_BYTES });
    return {
      device: 'wasm',
      deviceReason: 'This is a scripted worker: there is no model.',
      deviceCause: { code: 'asked' },
      dtype: 'q4',
      arithmetic: this.arithmetic,
      maxPositions: 1024,
      canReason: this.canReason,
    };
  }

  async rerank(request: RerankRequest, onUpdates: UpdateListener, signal: AbortSignal): Promise<RunSummary> {
    this.requests.push(request);
    if (this.failNextRun) throw this.#takeFailure('failNextRun');
    const { documents, query, options } = request;
    const maxSlots = options.maxSlots ?? 4;
    const waiting = documents.map((document, index): Row => {
      const passage = document.title ? `${document.title} ${document.text}` : document.text;
      return {
        index,
        chain: options.reasons === 'none' ? scriptedScore(query, passage) : scriptedChain(query, passage),
        numPromptTokens: 30 + passage.split(' ').length,
        numNewTokens: 0,
      };
    });
    let running: Row[] = [];
    let numFinished = 0;
    let numDecodeTokens = 0;
    let numDecodeSteps = 0;
    const stats = (): RunStats => scriptedStats(numDecodeTokens, numDecodeSteps, running.length);
    while (waiting.length + running.length > 0) {
      await this.#pace.nextStep();
      await this.#untilResumed(signal);
      if (signal.aborted) {
        onUpdates(
          [...running, ...waiting].map((row) => finished(row, true)),
          stats(),
        );
        return this.#ended({ numDocuments: documents.length, numFinished, aborted: true, stats: stats() });
      }
      if (running.some(({ index }) => documents[index]?.text.includes('[[poison]]')))
        throw new Rank1Error('run-failed', 'The model failed while it ran. Load the model again.');
      const updates: RerankUpdate[] = [];
      for (const row of running) {
        const delta = row.chain.pieces[row.numNewTokens] ?? '';
        if (delta !== '') updates.push({ type: 'reasoning', index: row.index, delta });
        row.numNewTokens += 1;
      }
      numDecodeTokens += running.length;
      numDecodeSteps += 1;
      const done = running.filter((row) => row.numNewTokens >= row.chain.pieces.length);
      running = running.filter((row) => !done.includes(row));
      while (running.length < maxSlots && waiting[0]) {
        const row = waiting.shift() as Row;
        updates.push({
          type: 'started',
          index: row.index,
          numPromptTokens: row.numPromptTokens,
          truncated: row.chain.truncated,
        });
        (row.chain.pieces.length > 0 ? running : done).push(row);
      }
      numFinished += done.length;
      updates.push(...done.map((row) => finished(row, false)));
      onUpdates(updates, stats());
    }
    return this.#ended({ numDocuments: documents.length, numFinished, aborted: false, stats: stats() });
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  close(): void {
    // There is nothing to free.
  }

  async #untilResumed(signal: AbortSignal): Promise<void> {
    if (this.#gate.isOpen || signal.aborted) return;
    this.numHeld++;
    await this.#gate.untilOpen(signal).catch(() => undefined);
    this.numHeld--;
  }

  #ended(summary: RunSummary): RunSummary {
    this.finishedRuns.push(summary);
    return summary;
  }

  #takeFailure(which: 'failNextLoad' | 'failNextRun'): Rank1Error {
    const code = this[which] ?? 'run-failed';
    this[which] = null;
    return new Rank1Error(
      code,
      'The model folder has no such file. Check the address of the model and try again.',
    );
  }
}

function finished(row: Row, aborted: boolean): RerankUpdate {
  return {
    type: 'finished',
    index: row.index,
    finishReason: aborted ? 'aborted' : row.chain.finishReason,
    verdict: aborted ? null : row.chain.verdict,
    reasoning: aborted ? row.chain.pieces.slice(0, row.numNewTokens).join('') : row.chain.reasoning,
    numPromptTokens: row.numPromptTokens,
    numNewTokens: row.numNewTokens,
    truncated: row.chain.truncated,
    ...(row.chain.passage && !aborted && { passage: row.chain.passage }),
  };
}

function scriptedStats(numDecodeTokens: number, numDecodeSteps: number, rowsActive: number): RunStats {
  return {
    numPrefillTokens: 0,
    numPaddedPrefillTokens: 0,
    numPrefixTokensSaved: 0,
    overheadMs: 0,
    readBackBytes: 0,
    cacheBytes: 0,
    maxNewTokens: 60,
    peakCacheBytes: 0,
    numDecodeTokens,
    numPrefillSteps: 0,
    numDecodeSteps,
    prefillMs: 0,
    decodeMs: 25 * numDecodeSteps,
    rowsActive,
    elapsedMs: 25 * numDecodeSteps,
  };
}
