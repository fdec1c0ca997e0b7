/** Watches every request of a page, of its workers and its service worker, and every refusal of its security policy. */
import { expect, type Page } from '@playwright/test';

export interface PrivacyWatch {
  /** Fails when anything was asked of another origin, or the policy had to refuse anything. */
  expectNothingLeft(): Promise<void>;
}

/** Must be called before the page is opened. @param origin the only one that may be asked */
export async function watchPrivacy(page: Page, origin: string): Promise<PrivacyWatch> {
  const foreign: string[] = [];
  const refused: string[] = [];
  const context = page.context();
  const allowed = new URL(origin).origin;
  context.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (/^https?:|^wss?:/.test(protocol) && asked !== allowed) foreign.push(request.url());
  });
  page.on('websocket', (socket) => foreign.push(socket.url()));
  await page.exposeFunction('reportRefusal', (what: string) => refused.push(what));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      (window as unknown as { reportRefusal(what: string): void }).reportRefusal(
        `${violatedDirective} ${blockedURI}`,
      ),
    );
  });
  return {
    async expectNothingLeft() {
      expect(foreign, 'requests to other origins').toEqual([]);
      expect(refused, 'refusals of the policy').toEqual([]);
      // What the page itself tells the person, workers included, must agree.
      await expect(page.locator('.network-state')).toHaveAttribute('data-foreign', '0');
      await expect(page.locator('.network-state > summary')).toHaveText('Nothing leaves this device');
    },
  };
}
