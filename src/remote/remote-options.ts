/** Options of a remote server, checked at the public edge. */
import { checkBearerToken } from '../base/bearer-token.ts';

/** A server with OpenAI-compatible completions that return logprobs, and how requests to it are paced. */
export interface RemoteOptions {
  /** Base URL, up to and including `/v1`. */
  readonly endpoint: string;
  /** The model's name on the server; optional if it serves only one. */
  readonly remoteModel?: string;
  /** Sent as a bearer token. Kept in memory only: never stored, logged or included in a message. */
  readonly apiKey?: string;
  /**
   * Allows sending the key unencrypted, over plain `http` to a host other than this machine. Only for networks you
   * trust.
   */
  readonly allowInsecureKey?: boolean;
  /** Maximum number of requests in flight, over all calls; the server batches them itself. Default 16. */
  readonly maxInFlight?: number;
  /**
   * Attempts of one request before the run fails. Default 10, enough for a server restart of two minutes. The very
   * first request gets at most 5.
   */
  readonly maxAttempts?: number;
  /**
   * Backoff before the second attempt, in milliseconds, with jitter; doubles each time, up to a minute. Default 500.
   */
  readonly retryDelayMs?: number;
  /** Idle timeout of a response in milliseconds. Default 120,000. */
  readonly silentMs?: number;
  /** Default `globalThis.fetch`. */
  readonly fetch?: typeof fetch;
}

export interface RemoteSettings {
  readonly baseUrl: string;
  readonly host: string;
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
  readonly maxInFlight: number;
  readonly maxAttempts: number;
  readonly retryDelayMs: number;
  readonly silentMs: number;
  readonly fetch: typeof fetch;
}

/**
 * @param names what an option is called where the caller typed it, if not by its own name
 * @throws TypeError or RangeError; the message never contains the key, nor an address that may contain one
 */
export function checkRemoteOptions(
  options: RemoteOptions,
  names: Partial<Record<keyof RemoteOptions, string>> = {},
): RemoteSettings {
  const nameOf = (name: keyof RemoteOptions): string => names[name] ?? name;
  const url = parseEndpoint(options.endpoint, nameOf);
  const { remoteModel, apiKey, allowInsecureKey } = options;
  if (remoteModel !== undefined && typeof remoteModel !== 'string')
    throw new TypeError(`${nameOf('remoteModel')} must be a string`);
  if (apiKey !== undefined) checkBearerToken(nameOf('apiKey'), apiKey);
  if (apiKey !== undefined && allowInsecureKey !== true && isClearText(url))
    throw new RangeError(
      `The key would be sent to ${url.host} in clear text, for anyone on the network to read. Use https, or set ${nameOf('allowInsecureKey')} if you trust the network.`,
    );
  return {
    baseUrl: url.href.replace(/\/+$/, ''),
    host: url.host,
    model: remoteModel,
    apiKey,
    maxInFlight: count('maxInFlight', options.maxInFlight, 16),
    maxAttempts: count('maxAttempts', options.maxAttempts, 10),
    retryDelayMs: count('retryDelayMs', options.retryDelayMs, 500),
    silentMs: count('silentMs', options.silentMs, 120_000),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

function parseEndpoint(endpoint: unknown, nameOf: (name: keyof RemoteOptions) => string): URL {
  const name = nameOf('endpoint');
  if (typeof endpoint !== 'string') throw new TypeError(`${name} must be a URL`);
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw new TypeError(`${name} is not a valid absolute URL`);
  }
  if (!['http:', 'https:'].includes(url.protocol)) throw new RangeError(`${name} must be http or https`);
  if (url.username || url.password || url.search || url.hash)
    throw new RangeError(
      `${name} must have no user, password, query or fragment; give the key as ${nameOf('apiKey')}`,
    );
  return url;
}

/** Plain http to anything but loopback, as W3C Secure Contexts defines it. */
const isClearText = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && !/^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(hostname);

function count(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${name} must be a whole number of at least 1`);
  return value;
}
