/**
 * Serves one model folder on loopback, for any origin; misbehaves on demand and counts bytes sent.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export type Fault =
  | 'stall' // half of the body, then nothing, the connection stays open
  | 'stall-at-once' // not even a header
  | 'truncate' // half of the body, then the connection breaks
  | 'ignore-range' // 200 and everything
  | 'ignore-range-truncated' // 200 and half of it
  | 'wrong-range' // 206 with bytes from elsewhere, and it says so
  | 'shifted' // 206 that promises the right bytes and sends others
  | 'wrong-length' // says that the file is longer than it is
  | 'short' // 206 with fewer bytes than asked for, properly ended
  | 'corrupt' // a byte is another
  | 'gzip' // compresses whatever is asked for
  | 'gzip-whole' // compresses, and knows no ranges
  | 'page' // 200 and a web page
  | 403
  | 404
  | 416
  | 429
  | 500
  | 503;

export interface ServedRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

export class ModelServer {
  readonly requests: ServedRequest[] = [];
  /** body bytes sent, by path */
  readonly sent = new Map<string, number>();
  /** Asked for each request of a weight file, or of whatever `faultyPath` says; null is a good answer. */
  fault: (request: ServedRequest, nth: number) => Fault | null = () => null;
  faultyPath = /onnx_data/;
  /** Of a request that may be faulty, the answer waits for this. */
  gate: (request: ServedRequest, nth: number) => Promise<void> = () => Promise.resolve();
  retryAfter = '0';
  /** Bytes a second, in pieces: 0 is as fast as it goes. */
  chunkBytes = 0;
  chunkMs = 0;
  #etags = true;
  #numFaulty = 0;
  readonly #open = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  readonly files: Map<string, Buffer>;

  constructor(files: Map<string, Buffer>) {
    this.files = files;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/model/`;
  }

  get totalSent(): number {
    return [...this.sent.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  withoutEtags(): void {
    this.#etags = false;
  }

  /** Resets the counters. */
  reset(): void {
    this.requests.length = 0;
    this.sent.clear();
    this.#numFaulty = 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent((request.url ?? '').replace(/^\/model\//, '').replace(/\?.*$/, ''));
    const served = { path, range: request.headers.range, ifRange: header(request, 'if-range') };
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', 'ETag, Content-Range, Retry-After');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (request.method === 'OPTIONS') {
      response.writeHead(403).end(); // as hubs do: nothing that needs a preflight
      return;
    }
    this.requests.push(served);
    this.#open.add(response);
    const file = this.files.get(path);
    if (!file) {
      response.writeHead(404).end('no such file');
      return;
    }
    if (!this.faultyPath.test(path)) return this.#send(response, served, file, null);
    const nth = this.#numFaulty++;
    const fault = this.fault(served, nth);
    void this.gate(served, nth).then(() => this.#send(response, served, file, fault));
  }

  #send(response: ServerResponse, request: ServedRequest, file: Buffer, fault: Fault | null): void {
    if (fault === 'stall-at-once') return;
    if (typeof fault === 'number') {
      response.writeHead(fault, fault === 429 || fault === 503 ? { 'Retry-After': this.retryAfter } : {});
      response.end('no');
      return;
    }
    if (fault === 'page') {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Hello</title>');
      return;
    }
    const etag = `"${createHash('sha1').update(file).digest('hex')}"`;
    if (this.#etags) response.setHeader('ETag', etag);
    const wanted = /^bytes=(\d+)-(\d+)$/.exec(request.range ?? '');
    const isStale = request.ifRange !== undefined && request.ifRange !== etag;
    const whole = !wanted || isStale || /^(ignore-range|gzip-whole)/.test(fault ?? '');
    const [start, end] = whole ? [0, file.length] : [Number(wanted[1]), Number(wanted[2]) + 1];
    let body = Buffer.from(file.subarray(start, end));
    const headers: Record<string, string> = {};
    if (fault === 'corrupt') body[body.length >> 1]! ^= 1;
    if (fault === 'shifted' || fault === 'wrong-range') body = Buffer.from(body.map((byte) => byte ^ 0x55));
    if (fault === 'gzip' || fault === 'gzip-whole') {
      body = gzipSync(body);
      headers['Content-Encoding'] = 'gzip';
    }
    if (fault === 'short') body = body.subarray(0, body.length >> 1);
    const total = fault === 'wrong-length' ? file.length + 7 : file.length;
    if (whole && fault === 'wrong-length') body = Buffer.concat([body, Buffer.alloc(7)]);
    if (!whole) {
      const from = fault === 'wrong-range' ? start + 1 : start;
      headers['Content-Range'] = `bytes ${from}-${from + (end - start) - 1}/${total}`;
    }
    const cut = fault === 'stall' || fault === 'truncate' || fault === 'ignore-range-truncated';
    headers['Content-Length'] = String(body.length);
    response.writeHead(whole ? 200 : 206, headers);
    void this.#write(response, request.path, cut ? body.subarray(0, body.length >> 1) : body).then(() => {
      if (fault === 'truncate' || fault === 'ignore-range-truncated') response.destroy();
      else if (fault !== 'stall') response.end();
    });
  }

  async #write(response: ServerResponse, path: string, body: Buffer): Promise<void> {
    const chunkBytes = this.chunkBytes || body.length;
    for (let at = 0; at < body.length && !response.destroyed; at += chunkBytes) {
      const chunk = body.subarray(at, at + chunkBytes);
      this.sent.set(path, (this.sent.get(path) ?? 0) + chunk.length);
      // The callback is called when the connection breaks, too.
      await new Promise<void>((resolve) => response.write(chunk, () => resolve()));
      if (this.chunkMs > 0) await new Promise((resolve) => setTimeout(resolve, this.chunkMs));
    }
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
