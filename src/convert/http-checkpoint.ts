/**
 * A checkpoint on a hub, read by HTTP ranges while it is converted, so that it never lies on the disk. Small files are
 * fetched whole; of the weights only what is being converted is in memory.
 */
import { Rank1Error, errorMessage } from '../errors.ts';
import type { ByteSource, CheckpointFolder } from './byte-io.ts';

const ATTEMPTS = 4;

export interface HttpCheckpointOptions {
  readonly fetch?: typeof fetch;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly retryDelayMs?: number;
}

export class HttpCheckpoint implements CheckpointFolder {
  /** The commit the hub served config.json from, once that was read. */
  revision: string | null = null;
  private readonly fetch: typeof fetch;
  private readonly retryDelayMs: number;

  /** @param baseUrl of the folder, for example `https://huggingface.co/<id>/resolve/main` */
  constructor(
    private readonly baseUrl: string,
    options: HttpCheckpointOptions = {},
  ) {
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.retryDelayMs = options.retryDelayMs ?? 500;
  }

  open(name: string): Promise<ByteSource | null> {
    return name.endsWith('.safetensors') ? this.openRanged(name) : this.openWhole(name);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async openWhole(name: string): Promise<ByteSource | null> {
    return this.retrying(name, async () => {
      const response = await this.request(name);
      if (response === null) return null;
      this.revision ??= response.headers.get('x-repo-commit');
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { name, size: bytes.length, read: (start, end) => Promise.resolve(bytes.slice(start, end)) };
    });
  }

  private async openRanged(name: string): Promise<ByteSource | null> {
    const size = await this.retrying(name, async () => {
      const response = await this.request(name, { Range: 'bytes=0-0' });
      if (response === null) return null;
      const range = response.headers.get('content-range');
      await response.body?.cancel();
      const total = /\/(\d+)$/.exec(range ?? '')?.[1];
      if (response.status === 206 && total !== undefined) return Number(total);
      throw new Rank1Error(
        'network',
        `The server does not give parts of ${name}. Download the checkpoint and convert the folder.`,
      );
    });
    return size === null ? null : { name, size, read: (start, end) => this.readRange(name, start, end) };
  }

  private readRange(name: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (start === end) return Promise.resolve(new Uint8Array());
    return this.retrying(name, async () => {
      const response = await this.request(name, { Range: `bytes=${start}-${end - 1}` });
      const bytes = response?.status === 206 ? new Uint8Array(await response.arrayBuffer()) : null;
      if (bytes?.length === end - start) return bytes;
      throw new Error(`asked for ${end - start} bytes, got ${bytes?.length ?? 'none'}`);
    });
  }

  /** `null` for 404. @throws for every other status that is not a success */
  private async request(name: string, headers: Record<string, string> = {}): Promise<Response | null> {
    const response = await this.fetch(`${this.baseUrl}/${encodeURIComponent(name)}`, { headers });
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 404) return null;
    const isFinal = response.status === 401 || response.status === 403;
    const error = `the server answered ${response.status}`;
    if (!isFinal) throw new Error(error);
    throw new Rank1Error(
      'network',
      `${name} cannot be fetched: ${error}. Check the id; the repository may be private.`,
    );
  }

  private async retrying<T>(name: string, action: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await action();
      } catch (error) {
        if (error instanceof Rank1Error) throw error;
        if (attempt === ATTEMPTS) {
          throw new Rank1Error(
            'network',
            `${name} could not be fetched from ${this.baseUrl} (${errorMessage(error)}). Check the connection and try again.`,
            { cause: error },
          );
        }
        await new Promise((resolve) => setTimeout(resolve, this.retryDelayMs * 2 ** (attempt - 1)));
      }
    }
  }
}
