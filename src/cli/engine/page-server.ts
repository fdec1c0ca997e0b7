/**
 * Serves the headless browser its page, worker, runtime and model: on loopback, under a path nobody can guess, with
 * cross-origin isolation (threads) and a policy that lets the page talk to this server and the model's, and nobody else.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';
import type { PageScripts } from './page-scripts.ts';

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>rank1-rerank</title><script type="module" src="page.js"></script>';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

export interface PageServerFolders {
  readonly ort: string;
  /** null where the model is on another server */
  readonly model: string | null;
}

export class PageServer {
  readonly #server: Server;
  /** of the page's folder; ends with a slash */
  readonly url: string;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** @param modelOrigin another server that the page may read, for a model that is not in a folder */
  static async start(
    scripts: PageScripts,
    folders: PageServerFolders,
    modelOrigin: string | null,
  ): Promise<PageServer> {
    const prefix = `/${randomUUID()}/`;
    const headers = {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy':
        "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; " +
        `connect-src 'self' blob: ${modelOrigin ?? ''}`,
    };
    const texts = new Map<string, readonly [type: string, text: string]>([
      ['', ['text/html', PAGE]],
      ['page.js', ['text/javascript', scripts.page]],
      ['worker.js', ['text/javascript', scripts.worker]],
    ]);
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      if (!path.startsWith(prefix) || request.method !== 'GET') return void response.writeHead(404).end();
      const name = path.slice(prefix.length);
      const text = texts.get(name);
      if (text) return void response.writeHead(200, { ...headers, 'content-type': text[0] }).end(text[1]);
      const [folder = '', ...rest] = name.split('/');
      const root = folder === 'ort' ? folders.ort : folder === 'model' ? folders.model : null;
      void sendFile(response, root, decodeURIComponent(rest.join('/')), headers);
    });
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(0, '127.0.0.1', done);
    });
    const { port } = server.address() as AddressInfo;
    return new PageServer(server, `http://127.0.0.1:${port}${prefix}`);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function sendFile(
  response: ServerResponse,
  root: string | null,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const file = root === null ? null : resolve(join(root, path));
  const info = file?.startsWith(resolve(root!) + sep) ? await stat(file).catch(() => null) : null;
  if (!file || !info?.isFile()) return void response.writeHead(404, headers).end();
  response.writeHead(200, {
    ...headers,
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': info.size,
  });
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}
