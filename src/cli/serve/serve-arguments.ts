/** The arguments of `rank1-rerank serve`. */
import { parseArgs } from 'node:util';
import { checkBearerToken } from '../../base/bearer-token.ts';
import type { RerankOptions } from '../../protocol/rerank-api.ts';
import {
  ENGINE_FLAGS,
  ENGINE_USAGE,
  engineOptions,
  type RequestedEngine,
  JUDGING_FLAGS,
  JUDGING_USAGE,
  judgingOptions,
  wholeNumber,
} from '../engine/engine-options.ts';
import { isLoopback, type AccessRules } from './access-guard.ts';
import type { ServeLimits } from './rerank-server.ts';

export const SERVE_USAGE = `rank1-rerank serve [options]

  Answers rerank requests over HTTP: POST /v1/rerank (Jina's and Cohere's shape), /v2/rerank (Cohere's client), /rerank
  (text-embeddings-inference); GET /health, /metrics (Prometheus), /v1/models. docs/serve.md has the fields.

  --host <address>         (default 127.0.0.1; others need a token)
  --port <n>               (default 8484; 0 picks a free one)
  --token <text>           what callers send as "authorization: Bearer"; safer in RANK1_TOKEN, hidden from other users
  --allow-host <name>      additional host name accepted without a token; may be repeated
  --cors-origin <origin>   origin whose pages may call, or "*"; may be repeated (default none)
  --max-body <MiB>         of one request (default 8)
  --max-documents <n>      of one request (default 1000)
  --max-requests <n>       received, waiting or judged at once; further ones get 429 (default 256)
  --timeout <seconds>      to judge one request, waiting included (default 600)
  --receive-timeout <seconds>  for a request to arrive (default 30)
  --send-timeout <seconds>     for the client to read a response (default 60)
  --drain-timeout <seconds>    for requests in flight at SIGTERM (default 30)

  Defaults for requests that do not set them:
${JUDGING_USAGE}
${ENGINE_USAGE}

  SIGTERM or Ctrl-C: finishes the requests in flight, then exits with 0; a second one exits at once.`;

export interface ServeArguments {
  readonly host: string;
  readonly port: number;
  readonly access: AccessRules;
  readonly limits: ServeLimits;
  readonly drainTimeoutMs: number;
  readonly defaults: RerankOptions;
  readonly engine: RequestedEngine;
}

const MEBIBYTE = 2 ** 20;
/** Limit of the memory for all bodies, in multiples of the maximum body size. */
const MAX_LARGEST_BODIES = 16;

/** @throws TypeError or RangeError naming the invalid argument */
export function parseServeArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServeArguments {
  const text = { type: 'string' } as const;
  const several = { type: 'string', multiple: true, default: [] as string[] } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...ENGINE_FLAGS,
      ...JUDGING_FLAGS,
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8484' },
      token: text,
      'allow-host': several,
      'cors-origin': several,
      'max-body': { type: 'string', default: '8' },
      'max-documents': { type: 'string', default: '1000' },
      'max-requests': { type: 'string', default: '256' },
      timeout: { type: 'string', default: '600' },
      'receive-timeout': { type: 'string', default: '30' },
      'send-timeout': { type: 'string', default: '60' },
      'drain-timeout': { type: 'string', default: '30' },
    },
  });
  const count = (
    name:
      | 'max-body'
      | 'max-documents'
      | 'max-requests'
      | 'timeout'
      | 'receive-timeout'
      | 'send-timeout'
      | 'drain-timeout'
      | 'port',
    most: number,
    least = 1,
  ): number => wholeNumber(`--${name}`, values[name], least, most);
  const token = values.token ?? environment['RANK1_TOKEN'] ?? null;
  if (token !== null) checkBearerToken(values.token === undefined ? 'RANK1_TOKEN' : '--token', token);
  if (token === null && !isLoopback(values.host))
    throw new RangeError(
      `--host ${values.host} can be reached from other machines: give --token, or set RANK1_TOKEN.`,
    );
  const maxBodyBytes = count('max-body', 1024) * MEBIBYTE;
  return {
    host: values.host,
    port: count('port', 65_535, 0),
    access: {
      token,
      allowedHosts: values['allow-host'].map((name) => name.toLowerCase()),
      corsOrigins: values['cors-origin'],
    },
    limits: {
      maxBodyBytes,
      maxReservedBytes: MAX_LARGEST_BODIES * maxBodyBytes,
      maxDocuments: count('max-documents', 1e6),
      maxRequests: count('max-requests', 1e5),
      receiveTimeoutMs: count('receive-timeout', 86_400) * 1000,
      judgeTimeoutMs: count('timeout', 86_400) * 1000,
      sendTimeoutMs: count('send-timeout', 86_400) * 1000,
    },
    drainTimeoutMs: count('drain-timeout', 86_400) * 1000,
    defaults: judgingOptions(values),
    engine: engineOptions(values),
  };
}
