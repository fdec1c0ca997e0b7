/** The backend on a server. Needs no worker, since it only waits for responses; its code is loaded on first use. */
import { Gate } from '../base/async.ts';
import { lateCode } from '../base/late-code.ts';
import type { Backend } from '../protocol/backend.ts';
import { checkRemoteOptions, type RemoteOptions, type RemoteSettings } from './remote-options.ts';
import type { RemoteServer } from './remote-server.ts';

export class RemoteBackend implements Backend {
  readonly remoteHost: string;
  /** The server batches by itself; requests in flight are limited over all runs. */
  readonly maxRuns = Infinity;
  readonly #settings: RemoteSettings;
  readonly #gate = new Gate();
  #server: Promise<RemoteServer> | null = null;

  /**
   * Nothing is sent before the first call.
   * @throws TypeError or RangeError if the options are invalid
   */
  constructor(options: RemoteOptions) {
    this.#settings = checkRemoteOptions(options);
    this.remoteHost = this.#settings.host;
  }

  /** Asks the server for its model. Load options are ignored: device and precision are the server's. */
  async load(...[, , signal]: Partial<Parameters<Backend['load']>>): ReturnType<Backend['load']> {
    return (await this.#open()).load(signal ?? new AbortController().signal);
  }

  async rerank(...call: Parameters<Backend['rerank']>): ReturnType<Backend['rerank']> {
    return (await this.#open()).rerank(...call);
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  close(reason: unknown): void {
    void this.#server?.then((server) => server.close(reason));
    this.#server = null;
    this.#gate.open();
  }

  #open(): Promise<RemoteServer> {
    if (this.#server) return this.#server;
    const opening = lateCode(() => import('./remote-server.ts')).then(
      ({ RemoteServer }) => new RemoteServer(this.#settings, this.#gate),
    );
    this.#server = opening;
    opening.catch(() => {
      if (this.#server === opening) this.#server = null; // the next call loads the code again
    });
    return opening;
  }
}
