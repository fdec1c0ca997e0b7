/**
 * Access control. On loopback, any page in a browser on this machine could send requests: a rebound DNS name
 * is refused by its Host header, a page of another origin by its Origin header.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.ts';

export interface AccessRules {
  /** null: no authentication */
  readonly token: string | null;
  /** host names accepted besides loopback names */
  readonly allowedHosts: readonly string[];
  /** origins of pages allowed to call; `*` for any */
  readonly corsOrigins: readonly string[];
}

/** @param host a name or an address, an IPv6 one without brackets */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** @throws HttpError 401, 403 or 421 */
export function checkAccess(
  request: IncomingMessage,
  { token, allowedHosts, corsOrigins }: AccessRules,
): void {
  // A caller with the token is not a page that was tricked into calling.
  if (token !== null) checkToken(request.headers.authorization, token);
  else checkHost(request.headers.host, allowedHosts);
  const { origin } = request.headers;
  if (origin !== undefined && !isAllowedOrigin(origin, corsOrigins))
    throw new HttpError(
      403,
      `Pages of ${origin.slice(0, 100)} may not call this server. Start serve with --cors-origin.`,
    );
}

export function isAllowedOrigin(origin: string, corsOrigins: readonly string[]): boolean {
  return corsOrigins.some((allowed) => allowed === '*' || allowed.replace(/\/$/, '') === origin);
}

function checkHost(host: string | undefined, allowedHosts: readonly string[]): void {
  const name = (host ?? '').toLowerCase().replace(/:\d+$/, '');
  if (isLoopback(name.replace(/^\[(.*)\]$/, '$1')) || allowedHosts.includes(name)) return;
  throw new HttpError(
    421,
    'This server is not known by that name. Address it by the URL that serve printed, or start serve with --allow-host.',
  );
}

function checkToken(authorization: string | undefined, token: string): void {
  const given = /^bearer\s+(.*)$/i.exec(authorization ?? '')?.[1] ?? '';
  if (timingSafeEqual(digest(given), digest(token))) return;
  throw new HttpError(401, 'Send the token: authorization: Bearer <token>.', {
    'www-authenticate': 'Bearer',
  });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
