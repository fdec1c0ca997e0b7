/** What the command line judges with: a thread of this process, or a server. */
import type { Reranker } from '../../client/reranker.ts';
import { Rank1Error } from '../../base/errors.ts';
import type { LoadedModel } from '../../protocol/rerank-api.ts';

export interface RerankEngine extends Pick<Reranker, 'rerank' | 'load'> {
  /** for answers and reports */
  readonly modelName: string;
  /** number of restarts after crashes */
  readonly numRestarts: number;
  /** Whether the engine is reachable; false if a server does not answer. Cheap enough for probes. */
  isReachable(): Promise<boolean>;
  /** Shuts down; calls in flight reject. */
  close(): Promise<void>;
}

/** Why the device was chosen (unless the caller chose it), and why memory ruled out faster arithmetic; null if neither. */
export function deviceNote(model: LoadedModel): string | null {
  const { deviceCause, deviceReason, arithmeticCause, arithmeticReason } = model;
  const notes = [
    deviceCause.code !== 'asked' && deviceReason,
    arithmeticCause === 'memory' && arithmeticReason,
  ].filter((note) => typeof note === 'string');
  return notes.length > 0 ? notes.join(' ') : null;
}

/** For calls made after closing. */
export function engineClosed(): Rank1Error {
  return new Rank1Error('worker-failed', 'The engine was closed. Start the command again.');
}
