/**
 * Tells what a page's policies refuse from what is merely out of reach: browsers report both as the same error. A refusal is
 * named with the directive to change, and does not pass by itself.
 */
import { nextTask } from './async.ts';
import { errorMessage, Rank1Error } from './errors.ts';

/** The event as browsers send it; Node has none. */
type Violation = Event &
  Pick<SecurityPolicyViolationEvent, 'effectiveDirective' | 'blockedURI' | 'disposition'>;

export interface PolicyWatch {
  /** @returns `access-denied` where a Content-Security-Policy refused `url` since the watch began, else null */
  refusalOf(url: string | URL): Promise<Rank1Error | null>;
  stop(): void;
}

/** Call before the request: what was refused is reported once, and only to those who listen. */
export function watchPolicy(): PolicyWatch {
  const violations: Violation[] = [];
  const target = globalThis as unknown as EventTarget;
  const listener = (event: Event): number => violations.push(event as Violation);
  const canWatch = typeof target.addEventListener === 'function';
  if (canWatch) target.addEventListener('securitypolicyviolation', listener);
  return {
    async refusalOf(url) {
      // The report is a task of its own, which may come after the error.
      for (let turns = 0; canWatch && turns < 2 && violations.length === 0; turns++) await nextTask();
      const { origin, protocol, href } = new URL(url);
      const isBlocked = ({ blockedURI, disposition }: Violation): boolean =>
        disposition !== 'report' &&
        (blockedURI === href || blockedURI.startsWith(origin) || `${blockedURI}:` === protocol);
      const violation = violations.find(isBlocked);
      if (!violation) return null;
      const directive = violation.effectiveDirective;
      const source = /^https?:$/.test(protocol) ? origin : protocol;
      return new Rank1Error(
        'access-denied',
        `The page's Content-Security-Policy does not allow ${href}. Add ${source} to its ${directive} directive.`,
      );
    },
    stop: () => {
      if (canWatch) target.removeEventListener('securitypolicyviolation', listener);
    },
  };
}

/** @returns `access-denied` where `error` of `new Worker(url)` is a policy's doing, else null */
export function workerRefusal(error: unknown, url: string): Rank1Error | null {
  const said = errorMessage(error);
  const denied = (advice: string): Rank1Error =>
    new Rank1Error('access-denied', `${advice} (${said.slice(0, 200)})`, { cause: error });
  if (/TrustedScriptURL|trusted type/i.test(said))
    return denied(
      `The page requires Trusted Types, so the worker ${url} may not be started from a plain address. Add "rank1-rerank" to its trusted-types directive.`,
    );
  if (!(error instanceof Error) || error.name !== 'SecurityError') return null;
  return globalThis.origin === 'null'
    ? denied(
        `The page is in a sandbox that has no origin, so it may not start the worker ${url}. Add allow-same-origin to the sandbox attribute or directive.`,
      )
    : denied(
        `The page may not start the worker ${url}. Serve it from the page's own origin, and allow it with worker-src 'self' in the page's Content-Security-Policy.`,
      );
}
