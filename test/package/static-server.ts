/** Serves folders under prefixes, on loopback, on a port of the system's choice. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

export interface StaticServer {
  readonly url: string;
  close(): void;
}

/**
 * @param folders by the prefix of their paths; the longest that fits counts
 * @param headers sent with every file
 */
export async function serveFolders(
  folders: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<StaticServer> {
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const prefix = prefixes.find((start) => path.startsWith(start));
    try {
      const file = join(folders[prefix ?? '/'] ?? '', path.slice(prefix?.length ?? 0));
      const body = readFileSync(file);
      response
        // `vary` as most static servers send it, Vite's among them: caches must not fall for it.
        .writeHead(200, {
          'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
          vary: 'Origin',
          ...headers,
        })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
