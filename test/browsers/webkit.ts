/** WebKitGTK of the system, by the W3C WebDriver protocol. Each page has a session of its own: a browser with no past. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BrowserPage, OpenBrowser } from './browser-page.ts';
import { findProgram } from './find-program.ts';

interface Session {
  readonly sessionId: string;
  readonly capabilities: { readonly browserVersion: string };
}

type Send = <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<T>;

const findDisplay = (): string => findProgram(undefined, ['Xvfb'], 'xvfb');
const findDriver = (): string =>
  findProgram(process.env['WEBKIT_DRIVER'], ['WebKitWebDriver'], 'webkit2gtk-driver');

/** @throws if it is not installed */
export const findWebKit = (): string[] => [findDisplay(), findDriver()];

interface BrowserOptions {
  /** default: MiniBrowser */
  readonly binary?: string;
  readonly args: readonly string[];
}

/**
 * The origin private file system, which is off by default. MiniBrowser refuses it, as other browsers do in private
 * windows; in a session with storage its files have synchronous handles by name only.
 */
export const STORAGE_FEATURES = [
  'StorageAPI',
  'StorageAPIEstimate',
  'FileSystem',
  'AccessHandle',
  'FileSystemWritableStream',
];

/** @param features beside those that are on by default */
export function openWebKit(features: readonly string[] = []): Promise<OpenBrowser> {
  const enabled = features.map((feature) => `+${feature}`).join(',');
  return openDriven({ args: ['--automation', ...(enabled ? [`--features=${enabled}`] : [])] });
}

/** In a session that is not private, as MiniBrowser's is: what a page stores lasts until the page is disposed. */
export async function openWebKitWithStorage(features: readonly string[]): Promise<OpenBrowser> {
  const binary = fileURLToPath(new URL('webkit-with-storage.py', import.meta.url));
  const load = "import gi; gi.require_version('WebKit2', '4.1'); from gi.repository import WebKit2";
  if (spawnSync('/usr/bin/python3', ['-c', load]).status !== 0)
    throw new Error(
      'WebKit2 was not found for Python. Debian, Ubuntu: sudo apt-get install python3-gi gir1.2-webkit2-4.1',
    );
  return await openDriven({ binary, args: features });
}

async function openDriven(options: BrowserOptions): Promise<OpenBrowser> {
  const programs: AsyncDisposable[] = [];
  const end = async (): Promise<void> => {
    for (const program of programs.reverse()) await program[Symbol.asyncDispose]();
  };
  try {
    const display = await startDisplay();
    programs.push(display);
    const driver = await startDriver(display.name);
    programs.push(driver);
    const browserOptions = { 'webkitgtk:browserOptions': options };
    const capabilities = { alwaysMatch: { ...browserOptions, timeouts: { script: null } } };
    const openSession = () => driver.send<Session>('POST', '/session', { capabilities });

    const first = await openSession();
    await driver.send('DELETE', `/session/${first.sessionId}`);
    return {
      version: `WebKitGTK ${first.capabilities.browserVersion}`,
      newPage: async () => sessionPage(driver.send, (await openSession()).sessionId),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function sessionPage(send: Send, id: string): BrowserPage & AsyncDisposable {
  const script = (inPage: (argument: never) => unknown): string => `const [argument, done] = arguments;
(async () => (${inPage.toString()})(argument))().then((value) => done({ value }), (error) => done({ fault: String(error) }));`;
  return {
    goto: (url) => send('POST', `/session/${id}/url`, { url }),
    reload: () => send('POST', `/session/${id}/refresh`, {}),
    evaluate: async <A, T>(inPage: (argument: A) => T | Promise<T>, argument: A) => {
      const body = { script: script(inPage), args: [argument ?? null] };
      const outcome = await send<{ value: T; fault?: string }>('POST', `/session/${id}/execute/async`, body);
      if (outcome.fault !== undefined) throw new Error(outcome.fault);
      return outcome.value;
    },
    [Symbol.asyncDispose]: () => send('DELETE', `/session/${id}`),
  };
}

async function startDisplay(): Promise<{ name: string } & AsyncDisposable> {
  const program = findDisplay();
  const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const number = once(child.stdio[3] as Readable, 'data').then(String);
  const name = await Promise.race([number, ended.then(() => Promise.reject(new Error('Xvfb ended')))]);
  return { name: `:${name.trim()}`, [Symbol.asyncDispose]: () => stop(child, ended) };
}

async function startDriver(display: string): Promise<{ send: Send } & AsyncDisposable> {
  const program = findDriver();
  const port = await freePort();
  const env = { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11' };
  const child = spawn(program, [`--port=${port}`], { stdio: 'ignore', env });
  const ended = once(child, 'exit');
  const send: Send = async (method, path, body) => {
    const request = { method, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, request);
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`WebDriver, ${method} ${path}: ${JSON.stringify(value)}`);
    return value as never;
  };
  // It prints nothing when it listens.
  while (child.exitCode === null && !(await send('GET', '/status').catch(() => null))) await delay(50);
  if (child.exitCode !== null) throw new Error(`${program} ended`);
  return { send, [Symbol.asyncDispose]: () => stop(child, ended) };
}

async function stop(child: { kill(): boolean }, ended: Promise<unknown>): Promise<void> {
  child.kill();
  await ended;
}

/** No other program is likely to take it before the driver does. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
