/** What judges for the command line, wherever it runs: a thread of this process, or a server. */
import type { Reranker } from '../../client/reranker.ts';
import { Rank1Error } from '../../base/errors.ts';

export interface RerankEngine extends Pick<Reranker, 'rerank' | 'load'> {
  /** for answers and reports */
  readonly modelName: string;
  /** times it had to be started anew after it died */
  readonly numRestarts: number;
  /** Whether what judges is there; false for a server that does not answer. Cheap enough to be asked by probes. */
  isReachable(): Promise<boolean>;
  /** Ends everything; calls in flight reject. */
  close(): Promise<void>;
}

/** For calls that are in flight, or come, when it is closed. */
export function engineClosed(): Rank1Error {
  return new Rank1Error('worker-failed', 'The engine was closed while it was working.');
}
