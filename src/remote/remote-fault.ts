/** What can go wrong between here and a remote engine, sorted by what is to be done about it. Messages never hold the key. */
import { PassingFault, retryAfterMs } from '../base/async.ts';
import { Rank1Error, errorMessage } from '../base/errors.ts';
import { readBody } from '../base/read-body.ts';

/** The server has too much to do: a fault of every request, so all of them rest. */
export class OverloadFault extends PassingFault {}

/** The prompt and what may come after it do not fit into the model's context. */
export class ContextFault extends Error {}

/** Of a body that says what is wrong. */
const MAX_MESSAGE_BYTES = 2 ** 20;

const CONTEXT = /context length|context size|max_model_len|maximum .{0,40}(length|tokens)|too long/i;
/** Node tells why a certificate was refused; a browser tells nothing, and the fault counts as passing. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/;

/** @returns what to throw for an answer that is no success; the body is read for its message */
export async function faultOf(response: Response, host: string, redact: Redact): Promise<Error> {
  const { status } = response;
  const body = await readBody(response.body, MAX_MESSAGE_BYTES).catch(() => null);
  const said = body === null ? '' : redact(messageIn(new TextDecoder().decode(body)));
  const detail = said === '' ? `${status}` : `${status}: ${said}`;
  if (status === 401 || status === 403)
    return new Rank1Error('access-denied', `${host} refused access (${status}). Check the API key.`);
  if (status === 404)
    return new Rank1Error(
      'model-not-found',
      `${host} does not have what was asked for (${detail}). Check that the endpoint ends with /v1, and the model's name.`,
    );
  if (status === 429 || status === 408 || status >= 500) {
    const Fault = status === 429 || status === 503 ? OverloadFault : PassingFault;
    return new Fault(`it answered ${detail}`, retryAfterMs(response.headers));
  }
  if ((status === 400 || status === 413 || status === 422) && CONTEXT.test(said))
    return new ContextFault(said);
  return new Rank1Error(
    'model-unsupported',
    `${host} refused the request (${detail}). It must serve /v1/completions as vLLM does, with logprobs.`,
  );
}

/** @returns what to throw when the request itself failed: no connection, or a refused certificate */
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

/** Takes the key out of whatever a server or a runtime says. */
export function redactKey(apiKey: string | undefined): Redact {
  return (text) => (apiKey === undefined ? text : text.split(apiKey).join('[key]'));
}

/** OpenAI's and vLLM's shapes, else the beginning of the text. */
function messageIn(body: string): string {
  try {
    const root = JSON.parse(body) as { error?: { message?: unknown }; message?: unknown };
    const message = root.error?.message ?? root.message;
    if (typeof message === 'string') return message.slice(0, 200);
  } catch {
    // not JSON: a proxy's page, for one
  }
  return body.slice(0, 200);
}
