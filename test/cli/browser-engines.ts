/** The command line's engine in a real Chromium, for tests: with the real worker and the demo model, or a scripted one. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleEnginePage, bundleForBrowser, bundleWorker } from '../../scripts/page-scripts.mjs';
import { BrowserEngine } from '../../src/cli/engine/browser-engine.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const DEMO_MODEL = join(ROOT, 'public/models/rank1-demo');

/** @param worker `real`, or a worker of test/fakes */
export async function openBrowserEngine(worker: string): Promise<BrowserEngine> {
  return new BrowserEngine({
    options: { model: DEMO_MODEL, device: 'wasm' },
    ortFolder: dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
    scripts: {
      page: await bundleEnginePage(),
      worker: worker === 'real' ? await bundleWorker() : await bundleForBrowser(worker),
    },
  });
}

/** Kills the Chromiums that this process started, as a machine without memory would. Returns how many. */
export function killChromium(): number {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  const pids = lines
    .split('\n')
    .filter((line) => /--remote-debugging-pipe/.test(line))
    .map((line) => Number.parseInt(line, 10));
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids.length;
}
