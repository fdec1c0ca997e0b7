/**
 * A browser with tabs as people have them: one of them is seen and the others are hidden, and a hidden one can be frozen.
 * Pages that Playwright makes all count as seen, and those cannot be.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from '@playwright/test';
import { findChromium } from '../../scripts/find-chromium.mjs';

export class TabbedBrowser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #browser: Browser;

  private constructor(process: ChildProcess, profile: string, browser: Browser) {
    this.#process = process;
    this.#profile = profile;
    this.#browser = browser;
  }

  static async launch(): Promise<TabbedBrowser> {
    const profile = mkdtempSync(join(tmpdir(), 'rank1-tabs-'));
    const isRoot = process.getuid?.() === 0; // Chromium's sandbox refuses to start then
    const args = [
      '--headless=new',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      '--no-first-run',
    ];
    const child = spawn(findChromium() ?? 'chromium', [...args, ...(isRoot ? ['--no-sandbox'] : [])], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const browser = await chromium.connectOverCDP(await debuggingAddress(child), { noDefaults: true });
    return new TabbedBrowser(child, profile, browser);
  }

  /** In front of the others, which are hidden then. */
  async openTab(): Promise<Page> {
    const context = this.#browser.contexts()[0]!;
    const page = await context.newPage();
    await page.bringToFront();
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    // Its child processes write to the profile after it has exited; they hold its stderr, so that `close` waits for them.
    const closed = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.kill();
    await closed;
    rmSync(this.#profile, { recursive: true });
  }
}

/** Of a hidden tab: its page and its workers stand still until it thaws. */
export async function setFrozen(page: Page, frozen: boolean): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' });
  await cdp.detach();
}

async function debuggingAddress({ stderr }: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: stderr! })) {
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (!address) continue;
    stderr!.resume(); // a full pipe would stop the browser
    return address;
  }
  throw new Error('Chromium ended before it listened');
}
