import { afterEach, beforeEach, vi } from 'vitest';

/** A global scope of the test's own. @returns reports a refusal on it, as browsers do */
export function policyScope() {
  let scope: EventTarget;
  beforeEach(() => {
    scope = new EventTarget();
    vi.stubGlobal('addEventListener', scope.addEventListener.bind(scope));
    vi.stubGlobal('removeEventListener', scope.removeEventListener.bind(scope));
  });
  afterEach(() => vi.unstubAllGlobals());
  return (blockedURI: string, effectiveDirective = 'connect-src', disposition = 'enforce'): boolean =>
    scope.dispatchEvent(
      Object.assign(new Event('securitypolicyviolation'), { blockedURI, effectiveDirective, disposition }),
    );
}
