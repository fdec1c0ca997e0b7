/** Starts a headless Chromium through Playwright, which is an optional peer: the library needs neither. */
import type { Browser } from 'playwright-core';
import { findChromium } from '../../../scripts/find-chromium.mjs';
import { Rank1Error, errorMessage } from '../../base/errors.ts';

/** @throws Rank1Error `device-unavailable` with what to install */
export async function launchChromium(): Promise<Browser> {
  const { chromium } = await importPlaywright();
  const executablePath = findChromium();
  if (!executablePath)
    throw new Rank1Error(
      'device-unavailable',
      'No Chromium or Chrome was found, and the model runs in one. Install it (Debian, Ubuntu: apt-get install ' +
        'chromium; macOS: brew install --cask chromium), or set CHROMIUM to the path of its executable.',
    );
  try {
    return await chromium.launch({
      executablePath,
      // Chromium's sandbox refuses to start as root, which is what containers usually are.
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--enable-unsafe-webgpu', '--disable-background-networking', '--disable-component-update'],
      // Signals are the command's: it finishes what it began, then closes the browser.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  } catch (error) {
    throw new Rank1Error(
      'device-unavailable',
      `${executablePath} did not start (${errorMessage(error).split('\n', 1)[0]}). Start it by hand to see why, ` +
        'or set CHROMIUM to another one.',
      { cause: error },
    );
  }
}

async function importPlaywright(): Promise<typeof import('playwright-core')> {
  try {
    return await import('playwright-core');
  } catch (error) {
    throw new Rank1Error(
      'device-unavailable',
      'The package playwright-core is missing; it drives the browser that the model runs in. Install it beside this ' +
        'one: npm install playwright-core',
      { cause: error },
    );
  }
}
