/**
 * The HTTP server in front of an engine. All resources are bounded: number of requests, bytes of bodies, time
 * per request. Requests whose client has disconnected are not judged.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { LoadedModel, RerankOptions } from '../../protocol/rerank-api.ts';
import type { RerankResponse } from '../../client/rerank-result.ts';
import type { RerankEngine } from '../engine/rerank-engine.ts';
import { checkAccess, isAllowedOrigin, type AccessRules } from './access-guard.ts';
import { HttpError, toHttpError } from './http-error.ts';
import { Metrics } from './metrics.ts';
import { DESCRIPTIONS, type ServedModel } from './descriptions.ts';
import { announcedBytes, readJsonBody } from './read-json-body.ts';
import { RERANK_SHAPES, type RequestRules, type RerankShape, type ShapedRequest } from './rerank-shapes.ts';

export interface ServeLimits {
  readonly maxBodyBytes: number;
  /** total size of all bodies in memory */
  readonly maxReservedBytes: number;
  readonly maxDocuments: number;
  /** requests being received, waiting or judged */
  readonly maxRequests: number;
  /** for a request's headers, and for the whole request */
  readonly receiveTimeoutMs: number;
  /** from complete request to response */
  readonly judgeTimeoutMs: number;
  /** for the client to read a response */
  readonly sendTimeoutMs: number;
}

export interface RerankServerSettings {
  readonly engine: RerankEngine;
  /** what the server reports about the model besides its name */
  readonly model?: ServedModel;
  /** the same of the model that gave an answer, on another device if the one before failed */
  readonly describe?: (model: LoadedModel) => ServedModel;
  readonly limits: ServeLimits;
  readonly access: AccessRules;
  /** defaults for options missing in requests */
  readonly defaults: RerankOptions;
}

const MAX_HEADER_BYTES = 16_384;
const MAX_CONNECTIONS = 1024;
/** Longer than clients keep idle connections, so that none is closed as a request arrives. */
const KEEP_ALIVE_MS = 65_000;

export class RerankServer {
  readonly #server: Server;
  readonly #metrics = new Metrics();
  readonly #inFlight = new Set<AbortController>();
  #reservedBytes = 0;
  #isDraining = false;
  /** as of the latest answer */
  #model: ServedModel;

  readonly #settings: RerankServerSettings;

  constructor(settings: RerankServerSettings) {
    this.#settings = settings;
    this.#model = settings.model ?? {};
    const { receiveTimeoutMs } = settings.limits;
    this.#server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: receiveTimeoutMs,
        requestTimeout: receiveTimeoutMs,
        connectionsCheckingInterval: Math.min(1000, receiveTimeoutMs / 2),
        keepAliveTimeout: KEEP_ALIVE_MS,
      },
      (request, response) => void this.#handle(request, response),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket));
  }

  /** @param port 0 picks a free one */
  async listen(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    return this.#server.address() as AddressInfo;
  }

  /**
   * Stops accepting requests and resolves once those in flight are answered; aborts them after `timeoutMs`.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const timeout = setTimeout(() => {
      for (const request of this.#inFlight) request.abort(new HttpError(503, 'The server was stopped.'));
      setTimeout(() => this.#server.closeAllConnections(), 1000).unref();
    }, timeoutMs);
    await closed;
    clearTimeout(timeout);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = plainPath(request.url ?? '/');
    // HEAD is answered like GET; Node omits the body.
    const asked = request.method === 'HEAD' ? 'GET' : request.method;
    const shape = Object.hasOwn(RERANK_SHAPES, path) ? RERANK_SHAPES[path] : undefined;
    const describe = Object.hasOwn(DESCRIPTIONS, path) ? DESCRIPTIONS[path] : undefined;
    const isKnown = shape ?? describe ?? ['/health', '/metrics'].includes(path);
    response.once('finish', () => this.#metrics.countRequest(isKnown ? path : 'other', response.statusCode));
    // Keep-alive connections answered during draining must not delay it.
    response.once('close', () => {
      if (this.#isDraining) setImmediate(() => this.#server.closeIdleConnections());
    });
    if (this.#isDraining) response.setHeader('connection', 'close');
    try {
      if (path === '/health' && asked === 'GET') return await this.#sendHealth(response);
      const { origin } = request.headers;
      this.#allowOrigin(origin, response);
      if (request.method === 'OPTIONS' && origin !== undefined)
        return this.#sendPreflight(request, origin, response);
      checkAccess(request, this.#settings.access);
      if (!isKnown) throw new HttpError(404, `There is no ${path.slice(0, 100)} here; see docs/serve.md.`);
      const method = shape ? 'POST' : 'GET';
      if (asked !== method)
        throw new HttpError(405, `Use ${method}.`, { allow: shape ? 'POST' : 'GET, HEAD' });
      if (shape) await this.#rerank(request, response, shape);
      else if (describe) this.#send(response, 200, describe(this.#about()));
      else this.#sendMetrics(response);
    } catch (error) {
      const failure = toHttpError(error);
      const format = shape?.formatError ?? ((_status: number, message: string) => ({ message }));
      this.#send(response, failure.status, format(failure.status, failure.message), failure.headers);
    }
  }

  async #rerank(request: IncomingMessage, response: ServerResponse, shape: RerankShape): Promise<void> {
    const { engine, describe, limits, defaults } = this.#settings;
    if (this.#isDraining) throw new HttpError(503, 'The server is being stopped.', { 'retry-after': '5' });
    let numBytes = announcedBytes(request, limits.maxBodyBytes);
    const isFull =
      this.#inFlight.size >= limits.maxRequests || this.#reservedBytes + numBytes > limits.maxReservedBytes;
    if (isFull) throw new HttpError(429, 'Too many requests are waiting. Try again.', { 'retry-after': '1' });
    const controller = new AbortController();
    this.#inFlight.add(controller);
    this.#reservedBytes += numBytes;
    // Resources are released only once the response was sent, or the client has gone.
    response.once('close', () => {
      controller.abort(new HttpError(499, 'The client has gone.'));
      this.#inFlight.delete(controller);
      this.#reservedBytes -= numBytes;
    });
    let timeout: NodeJS.Timeout | undefined;
    try {
      const body = await readJsonBody(request, limits.maxBodyBytes);
      controller.signal.throwIfAborted();
      this.#reservedBytes += body.numBytes - numBytes;
      numBytes = body.numBytes;
      const { calls, respond } = parseRequest(shape, body.value, { ...limits, defaults });
      timeout = setTimeout(
        () => controller.abort(new HttpError(504, 'Judging took too long. Send fewer documents.')),
        limits.judgeTimeoutMs,
      );
      const results = await this.#judge(calls, controller.signal);
      const judging = results.findLast(({ model }) => model !== null)?.model;
      if (judging && describe) this.#model = describe(judging);
      const about = {
        id: randomUUID(),
        modelName: engine.modelName,
        fingerprint: this.#model.fingerprint,
        created: Math.floor(Date.now() / 1000),
      };
      this.#send(response, 200, respond(results, about));
    } finally {
      clearTimeout(timeout);
    }
  }

  async #judge(calls: ShapedRequest['calls'], signal: AbortSignal): Promise<readonly RerankResponse[]> {
    const begun = performance.now();
    const results: RerankResponse[] = [];
    try {
      for (const call of calls) {
        const result = await this.#settings.engine.rerank({ ...call, signal });
        results.push(result);
        this.#metrics.countDocuments({
          ...result.usage,
          numDocuments: call.documents.length,
          numUnjudged: result.unjudged.length,
        });
      }
      return results;
    } finally {
      this.#metrics.observeDuration((performance.now() - begun) / 1000);
    }
  }

  async #sendHealth(response: ServerResponse): Promise<void> {
    const { engine } = this.#settings;
    const status = this.#isDraining ? 'draining' : (await engine.isReachable()) ? 'ok' : 'unreachable';
    this.#send(response, status === 'ok' ? 200 : 503, { status, model: engine.modelName });
  }

  #sendMetrics(response: ServerResponse): void {
    const text = this.#metrics.format({
      inFlight: this.#inFlight.size,
      reservedBytes: this.#reservedBytes,
      engineRestarts: this.#settings.engine.numRestarts,
      residentBytes: process.memoryUsage.rss(),
    });
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  }

  #send(
    response: ServerResponse,
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    if (response.destroyed || response.headersSent) return;
    const text = JSON.stringify(body);
    response
      .writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        'x-content-type-options': 'nosniff',
        ...headers,
      })
      .end(text);
    // A client that never reads would otherwise have its response kept forever.
    const timeout = setTimeout(() => response.destroy(), this.#settings.limits.sendTimeoutMs);
    response.once('close', () => clearTimeout(timeout));
  }

  #allowOrigin(origin: string | undefined, response: ServerResponse): void {
    if (origin === undefined || !isAllowedOrigin(origin, this.#settings.access.corsOrigins)) return;
    response.setHeader('access-control-allow-origin', origin).setHeader('vary', 'origin');
  }

  #about(): ServedModel & {
    readonly name: string;
    readonly maxDocuments: number;
    readonly maxRequests: number;
  } {
    const { engine, limits } = this.#settings;
    return { ...this.#model, ...limits, name: engine.modelName };
  }

  #sendPreflight(request: IncomingMessage, origin: string, response: ServerResponse): void {
    if (!isAllowedOrigin(origin, this.#settings.access.corsOrigins))
      throw new HttpError(
        403,
        'Pages of this origin may not call this server. Start serve with --cors-origin.',
      );
    response
      .writeHead(204, {
        'access-control-allow-methods': 'GET, HEAD, POST',
        // Clients send headers of their own: names, versions, traces.
        'access-control-allow-headers':
          request.headers['access-control-request-headers'] ?? 'authorization, content-type',
        'access-control-max-age': '600',
      })
      .end();
  }
}

/** Tolerates the extra slashes that clients add when joining URLs and paths. */
function plainPath(url: string): string {
  const path = url.split('?', 1)[0]!.replace(/\/{2,}/g, '/');
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Errors from the public API's checks are the caller's fault here too. */
function parseRequest(shape: RerankShape, body: unknown, rules: RequestRules): ShapedRequest {
  try {
    return shape.parse(body, rules);
  } catch (error) {
    const isFaulty = error instanceof TypeError || error instanceof RangeError;
    throw isFaulty ? new HttpError(400, `${error.message}.`) : error;
  }
}

const REFUSALS: Readonly<Record<string, readonly [line: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    `The headers are larger than ${MAX_HEADER_BYTES} bytes.`,
  ],
};

/** Malformed requests never reach a handler, so they are answered on the socket. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [line, message] = REFUSALS[error.code ?? ''] ?? ['400 Bad Request', 'This is not HTTP.'];
  const body = JSON.stringify({ message });
  socket.end(
    `HTTP/1.1 ${line}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
