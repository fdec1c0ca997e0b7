/** A server in the shape of vLLM's, on loopback: it replays recorded completions, or says what a test wants it to say. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recordedCompletions, type RecordedCompletion } from '../../harness/hundred-pairs.ts';

export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly prompt: string;
    readonly max_tokens: number;
    readonly stop?: readonly string[];
    readonly allowed_token_ids?: readonly number[];
  } & Readonly<Record<string, unknown>>;
}

/** Answers a completion request; `number` counts them from 1. */
export type Answer = (request: SeenRequest, response: ServerResponse, number: number) => void | Promise<void>;

export class CompletionsServer {
  readonly seen: SeenRequest[] = [];
  numOpen = 0;
  mostOpen = 0;
  /** streams that the client left before their end */
  numLeft = 0;
  /** false: as a server that knows no /tokenize */
  tokenizes = true;
  /** Given out one by one before /tokenize answers. */
  tokenizeFaults: { readonly status: number; readonly body?: string }[] = [];
  /** what /tokenize answers */
  tokensOf = (text: string): readonly number[] => [text === ' true' ? 11 : 12];
  /** Requests there are never answered. */
  silentPath: string | null = null;
  models: unknown = { data: [{ id: 'rank1-demo', max_model_len: 2048 }] };
  answer: Answer = replay();
  readonly #server: Server;

  readonly #anyOrigin: boolean;

  private constructor(anyOrigin: boolean) {
    this.#anyOrigin = anyOrigin;
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  /** @param anyOrigin whether pages of other origins may ask */
  static async start({ anyOrigin = false } = {}): Promise<CompletionsServer> {
    const server = new CompletionsServer(anyOrigin);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  get completions(): SeenRequest[] {
    return this.seen.filter(({ path }) => path === '/v1/completions');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#anyOrigin) {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Access-Control-Allow-Headers', '*, Authorization');
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      if (request.method === 'OPTIONS') return void response.end();
    }
    let text = '';
    for await (const part of request) text += String(part);
    const body = (text === '' ? {} : JSON.parse(text)) as SeenRequest['body'];
    const seen = { path: request.url ?? '', authorization: request.headers.authorization, body };
    this.seen.push(seen);
    if (seen.path === this.silentPath) return;
    if (seen.path === '/v1/models') return void response.end(JSON.stringify(this.models));
    if (seen.path === '/tokenize') {
      const fault = this.tokenizes ? this.tokenizeFaults.shift() : { status: 404 };
      if (fault) return void response.writeHead(fault.status).end(fault.body);
      return void response.end(JSON.stringify({ tokens: this.tokensOf(body.prompt) }));
    }
    this.mostOpen = Math.max(this.mostOpen, ++this.numOpen);
    response.on('close', () => {
      this.numOpen--;
      if (!response.writableFinished) this.numLeft++;
    });
    await this.answer(seen, response, this.completions.length);
  }
}

/** One event of a stream. */
export function event(text: string, changes: Record<string, unknown> = {}, offset?: number): string {
  const { top = {}, finish = null, ...rest } = changes;
  const logprobs = {
    tokens: [text],
    token_logprobs: [-0.1],
    top_logprobs: [top],
    ...(offset !== undefined && { text_offset: [offset] }),
  };
  const choice = { index: 0, text, logprobs, finish_reason: finish, ...rest };
  const usage = { prompt_tokens: 40, completion_tokens: 1 };
  return `data: ${JSON.stringify({ choices: [choice], usage })}\n\n`;
}

export const DONE = 'data: [DONE]\n\n';
const TOP = { ' true': -0.1, ' false': -2.35 };

/** The events of a chain that says ` true`, offsets included. */
export function chainEvents(words: readonly string[], top: Record<string, number> = TOP): string[] {
  let offset = 0;
  const tokens = [...words, '</think>', ' true'];
  const events = tokens.map((token, i) => {
    const isLast = i === tokens.length - 1;
    const line = event(token, isLast ? { top, finish: 'stop' } : {}, offset);
    offset += [...token].length;
    return line;
  });
  return [...events, DONE];
}

export function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
}

/** Sends the events, and ends the answer as a server does. */
export function sendEvents(response: ServerResponse, events: readonly string[]): void {
  openStream(response);
  response.end(events.join(''));
}

/** What transformers answered to the same prompt; 400 for a prompt that it was never asked. */
function replay(): Answer {
  let byPrompt: Map<string, RecordedCompletion> | null = null;
  return ({ body }, response) => {
    byPrompt ??= new Map(recordedCompletions().map((one) => [one.prompt, one]));
    const recorded = byPrompt.get(body.prompt);
    if (!recorded) return void response.writeHead(400).end('{"error":{"message":"not recorded"}}');
    let offset = 0;
    const events = recorded.steps.map(([text, token, logprob, top, finish], i) => {
      const logprobs = {
        text_offset: [offset],
        tokens: [token],
        token_logprobs: [logprob],
        top_logprobs: [top],
      };
      offset += [...text].length;
      const usage = { prompt_tokens: recorded.promptTokens, completion_tokens: i + 1 };
      return `data: ${JSON.stringify({ choices: [{ index: 0, text, logprobs, finish_reason: finish }], usage })}\n\n`;
    });
    sendEvents(response, [...events, DONE]);
  };
}
