/** Classifies a server's failures by what to do about them. Messages contain neither the key nor a prompt. */
import { PassingFault, retryAfterMs } from '../base/async.ts';
import { errorMessage, Rank1Error } from '../base/errors.ts';
import { readBody } from '../base/read-body.ts';
import { withoutQuotes } from './without-quotes.ts';

/** The server is overloaded, which concerns every request: all of them pause. */
export class OverloadFault extends PassingFault {}

/** The prompt and its new tokens exceed the model's context. The message is the server's. */
export class ContextFault extends Error {}

const CONTEXT =
  /context (length|size|window)|max_model_len|maximum .{0,40}(length|tokens)|too (long|large)|max_new_tokens.{0,20}must be|n_ctx/i;
/** Node reports why a certificate was rejected; browsers do not, so there the fault counts as transient. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/;
/** Statuses from 500 on that are not transient: not implemented, HTTP version, login at a gateway. */
const LASTING = new Set([501, 505, 511]);
/** Statuses of an error within a stream that are transient; any other is the request's fault. */
const PASSING_IN_STREAM = new Set([408, 425, 429, 502, 503, 504]);

/** Characters of a server's message that are shown. */
const MAX_SAID = 300;
/** Characters of it that are looked at. */
const MAX_READ = 2000;
/** Limit for the body of an error response. */
const MAX_MESSAGE_BYTES = 2 ** 20;

/** @returns the error for an unsuccessful response; reads the body for its message */
export async function faultOf(response: Response, host: string, redact: Redact): Promise<Error> {
  const { status, headers } = response;
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400))
    return new Rank1Error(
      'model-not-found',
      `${host} redirects to another address, which could take the documents and the key elsewhere. Give the server's final address as endpoint.`,
    );
  const body = await readBody(response.body, MAX_MESSAGE_BYTES).catch(() => null);
  const said = body === null ? '' : redact(saidIn(new TextDecoder().decode(body)));
  return faultOfStatus(status, said, host, () => retryAfterMs(headers));
}

/** @returns the error for an error event in a stream, or for an error body in place of a stream */
export function faultInStream(body: string, host: string, redact: Redact): Error {
  const said = redact(saidIn(body));
  const status = statusIn(body);
  if (CONTEXT.test(said)) return new ContextFault(said);
  if (status !== null && PASSING_IN_STREAM.has(status)) return faultOfStatus(status, said, host);
  return new Rank1Error('model-unsupported', `${host} ended the request: ${said.slice(0, MAX_SAID)}`);
}

function faultOfStatus(
  status: number,
  said: string,
  host: string,
  wait: () => number | null = () => null,
): Error {
  const detail = said === '' ? `${status}` : `${status}: ${said.slice(0, MAX_SAID)}`;
  if (status === 401 || status === 403)
    return new Rank1Error('access-denied', `${host} refused access (${status}). Check the API key.`);
  if (status === 404)
    return new Rank1Error(
      'model-not-found',
      `${host} does not have what was asked for (${detail}). Check that the endpoint ends with /v1, and the model's name.`,
    );
  if (status === 408 || status === 425 || status === 429 || (status >= 500 && !LASTING.has(status))) {
    const Fault = status === 429 || status === 503 ? OverloadFault : PassingFault;
    return new Fault(`it answered ${detail}`, wait());
  }
  if ((status === 400 || status === 413 || status === 422) && CONTEXT.test(said))
    return new ContextFault(said);
  return new Rank1Error(
    'model-unsupported',
    `${host} refused the request (${detail}). It must serve /v1/completions as vLLM does, with logprobs.`,
  );
}

/** @returns the error for a failed request: no connection, or a rejected certificate */
export function connectionFault(error: unknown, host: string, redact: Redact): Error {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const reason = redact(code || errorMessage(error)).slice(0, 200);
  if (!CERTIFICATE.test(code)) return new PassingFault(`it could not be reached (${reason})`);
  return new Rank1Error(
    'access-denied',
    `The certificate of ${host} is not trusted (${reason}). Use a server with a valid certificate; nothing was sent.`,
  );
}

export type Redact = (text: string) => string;

/** Removes the key, and what is quoted of the prompt, from text of a server or runtime, which it also cuts. */
export function redacting(apiKey: string | undefined, prompt: string): Redact {
  return (text) => {
    const keyless = apiKey === undefined ? text : text.split(apiKey).join('[key]');
    return withoutQuotes(keyless.slice(0, MAX_READ), prompt);
  };
}

interface ErrorBody {
  readonly error?: { readonly message?: unknown; readonly code?: unknown } | string;
  readonly message?: unknown;
  readonly detail?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
}

/** The server's message, in the shapes of OpenAI, vLLM, FastAPI and llama.cpp; else the body. */
function saidIn(body: string): string {
  const root = parsedObject(body) as ErrorBody | null;
  const nested = typeof root?.error === 'string' ? root.error : root?.error?.message;
  const detail = Array.isArray(root?.detail) ? root.detail.map(problemIn).join('; ') : root?.detail;
  const said = [nested, root?.message, detail].find((one) => typeof one === 'string');
  return ((said as string | undefined) ?? body).trim();
}

/** An entry of FastAPI's list, whose other fields repeat the request. */
function problemIn(entry: { readonly loc?: unknown; readonly msg?: unknown } | null): string {
  const loc = Array.isArray(entry?.loc) ? entry.loc.join('.') : '';
  return [loc, entry?.msg].filter((part) => typeof part === 'string' && part !== '').join(': ');
}

function statusIn(body: string): number | null {
  const root = parsedObject(body) as ErrorBody | null;
  const nested = typeof root?.error === 'string' ? undefined : root?.error?.code;
  const status = [nested, root?.code, root?.status].map(Number).find((one) => one >= 400 && one < 600);
  return status ?? null;
}

/** Null for what is no JSON object, such as a proxy's error page. */
export function parsedObject(body: string): object | null {
  try {
    const root = JSON.parse(body) as unknown;
    return typeof root === 'object' ? root : null;
  } catch {
    return null;
  }
}
