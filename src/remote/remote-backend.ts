/** A server in the place of the worker. It runs in the caller's thread, as it only waits; its code is fetched when first used. */
import { Gate } from '../base/async.ts';
import type { Backend } from '../protocol/backend.ts';
import { checkRemoteOptions, type RemoteOptions, type RemoteSettings } from './remote-options.ts';
import type { RemoteServer } from './remote-server.ts';

export class RemoteBackend implements Backend {
  readonly remoteHost: string;
  /** The server makes its own batches; requests in flight are bounded over all runs. */
  readonly maxRuns = Infinity;
  readonly #settings: RemoteSettings;
  readonly #gate = new Gate();
  #server: Promise<RemoteServer> | null = null;

  /**
   * Nothing is sent before the first call.
   * @throws TypeError or RangeError when the options describe no server
   */
  constructor(options: RemoteOptions) {
    this.#settings = checkRemoteOptions(options);
    this.remoteHost = this.#settings.host;
  }

  /** Asks the server what it has. No option applies: the server has chosen device and precision. */
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
    const opening = import('./remote-server.ts').then(
      ({ RemoteServer }) => new RemoteServer(this.#settings, this.#gate),
    );
    this.#server = opening;
    opening.catch(() => {
      if (this.#server === opening) this.#server = null; // the next call fetches the code again
    });
    return opening;
  }
}
