/**
 * Tells a Content-Security-Policy refusal from a network failure, which browsers report as the same error. A refusal
 * names the directive to change; retrying does not help. Node refuses nothing.
 */
import { wait } from './async.ts';
import { errorMessage, Rank1Error } from './errors.ts';

/** Violation reports arrive in their own tasks, possibly after the error: milliseconds to wait for them. */
const REPORT_MS = 50;

type ViolationListener = (event: SecurityPolicyViolationEvent) => void;

/** A window or a worker; Node has neither method. */
interface ViolationTarget {
  addEventListener?: (type: 'securitypolicyviolation', listener: ViolationListener) => void;
  removeEventListener?: (type: 'securitypolicyviolation', listener: ViolationListener) => void;
}

export interface RefusalWatch {
  /** @returns `access-denied` for the first refusal of `url` (null: of anything) since the watch began */
  refusalOf(url: string | URL | null): Rank1Error | null;
  stop(): void;
}

type Violation = Pick<SecurityPolicyViolationEvent, 'blockedURI' | 'effectiveDirective'>;

/** Whether it may be a worker that was refused its script: what is inline or an eval is the page's own. */
export function isOfWorkerScript({ blockedURI, effectiveDirective }: Violation): boolean {
  return (
    /^(worker|child|script|default)-src/.test(effectiveDirective) &&
    !/^(inline|eval|wasm-eval)$/.test(blockedURI)
  );
}

/**
 * Call before the request: each refusal is reported once, to the listeners of that moment.
 * @param counts false for refusals of no concern
 */
export function watchRefusals(counts: (violation: Violation) => boolean = () => true): RefusalWatch {
  const violations: SecurityPolicyViolationEvent[] = [];
  const onViolation: ViolationListener = (event) => {
    if (event.disposition !== 'report' && counts(event)) violations.push(event);
  };
  // The event bubbles from the document to the window; in a worker it fires on the global scope.
  const target = globalThis as ViolationTarget;
  target.addEventListener?.('securitypolicyviolation', onViolation);
  return {
    refusalOf(url) {
      const origin = url === null ? '' : new URL(url).origin;
      const violation = violations.find(({ blockedURI }) => blockedURI.startsWith(origin));
      return violation ? policyError(violation) : null;
    },
    stop: () => target.removeEventListener?.('securitypolicyviolation', onViolation),
  };
}

/**
 * Runs a request for `url`; null for an attempt that loads files on its own.
 * @throws Rank1Error `access-denied` if a Content-Security-Policy refused it, else what `attempt` throws
 */
export async function namingRefusals<T>(url: string | URL | null, attempt: () => Promise<T>): Promise<T> {
  const watch = watchRefusals();
  try {
    return await attempt();
  } catch (error) {
    const isBrowser = (globalThis as ViolationTarget).addEventListener !== undefined;
    if (isBrowser && watch.refusalOf(url) === null) await wait(REPORT_MS);
    throw watch.refusalOf(url) ?? error;
  } finally {
    watch.stop();
  }
}

/** @returns what to throw for an `error` from starting a worker */
export function workerRefusal(error: unknown): unknown {
  const said = errorMessage(error).slice(0, 200);
  const denied = (advice: string): Rank1Error =>
    new Rank1Error('access-denied', `${advice} (${said})`, { cause: error });
  if (/TrustedScriptURL|trusted type/i.test(said))
    return denied(
      'The page requires Trusted Types, which refuses the plain address of the worker. Give createWorker, which starts it from an address of a policy of yours, and name that policy in the trusted-types directive.',
    );
  if (!(error instanceof Error) || error.name !== 'SecurityError') return error;
  if (globalThis.origin === 'null')
    return denied(
      'The page is in a sandbox without an origin, which may not start workers. Add allow-same-origin to the sandbox.',
    );
  return denied(
    `The page may not start the worker. Serve its file from the page's own origin, and add 'self' to the worker-src directive of its Content-Security-Policy.`,
  );
}

function policyError({ blockedURI, effectiveDirective }: Violation): Rank1Error {
  return new Rank1Error(
    'access-denied',
    `The page's Content-Security-Policy does not allow ${blockedURI}. Add ${sourceOf(blockedURI)} to its ${effectiveDirective} directive.`,
  );
}

/** The source expression that allows `blockedURI`: its origin for an address, else the matching keyword or scheme. */
function sourceOf(blockedURI: string): string {
  if (blockedURI === 'wasm-eval') return "'wasm-unsafe-eval'";
  if (blockedURI === 'eval') return "'unsafe-eval'";
  return URL.canParse(blockedURI) ? new URL(blockedURI).origin : `${blockedURI}:`;
}

/** For files that a runtime imports itself: the error names the address but not the server's answer. */
const ADDRESS = /(?:https?|blob):[^\s'")]+/;

/**
 * Finds out why a module or a WebAssembly file could not be loaded.
 * @returns `access-denied` or `network` with what to change; null if that cannot be determined
 */
export async function moduleRefusal(error: unknown): Promise<Rank1Error | null> {
  const said = errorMessage(error);
  if (
    /wasm.{0,40}unsafe-eval|unsafe-eval.{0,60}(wasm|WebAssembly)|WebAssembly.{0,60}(unsafe-eval|Content Security Policy)/i.test(
      said,
    )
  )
    return new Rank1Error(
      'access-denied',
      "The page's Content-Security-Policy does not allow WebAssembly. Add 'wasm-unsafe-eval' to its script-src directive.",
      { cause: error },
    );
  const [url] = ADDRESS.exec(said) ?? [];
  if (url === undefined || !/\.m?js(?:[?#]|$)/.test(url)) return null;
  const response = await fetch(url).catch(() => null);
  const type = response?.headers.get('content-type') ?? '';
  await response?.body?.cancel().catch(() => undefined);
  if (!response?.ok || /javascript|ecmascript/i.test(type)) return null;
  return new Rank1Error(
    'access-denied',
    `The server sends ${url} as ${type || 'no MIME type'}, and browsers take modules as text/javascript only. Let it send .mjs files with that type (Content-Type).`,
    { cause: error },
  );
}
