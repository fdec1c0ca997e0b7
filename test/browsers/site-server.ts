/** The built site, served by a process of its own, with the headers that allow threads: its end is a server's end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface SiteServer extends AsyncDisposable {
  readonly url: string;
  /** Resolves when the process is gone. */
  end(): Promise<void>;
}

/** @param port 0: of the system's choice */
export async function serveSite(port = 0): Promise<SiteServer> {
  const args = ['--import', 'tsx', 'test/browsers/serve.ts', String(port)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [url] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(() => Promise.reject(new Error('the server of the site ended'))),
  ])) as [string];
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { url, end, [Symbol.asyncDispose]: end };
}
