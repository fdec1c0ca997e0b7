/** What judges for the command line, wherever it runs: a headless browser, or a server. */
import type { RerankClient } from '../../client/rerank-client.ts';

export interface RerankEngine extends Pick<RerankClient, 'rerank' | 'load'> {
  /** for answers and reports */
  readonly modelName: string;
  /** times it had to be started anew after it died */
  readonly numRestarts: number;
  /** Ends everything; calls in flight reject. */
  close(): Promise<void>;
}
