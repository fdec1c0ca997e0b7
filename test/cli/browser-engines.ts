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

interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly residentBytes: number;
  readonly command: string;
}

function runningProcesses(): RunningProcess[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' });
  return lines.split('\n').flatMap((line) => {
    const [, pid, parent, rss, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (command === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), residentBytes: 1024 * Number(rss), command }];
  });
}

function chromiums(all: readonly RunningProcess[]): RunningProcess[] {
  return all.filter(
    ({ parent, command }) => parent === process.pid && command.includes('--remote-debugging-pipe'),
  );
}

/** Kills the Chromiums that this process started, as a machine without memory would. Returns how many. */
export function killChromium(): number {
  const started = chromiums(runningProcesses());
  for (const { pid } of started) process.kill(pid, 'SIGKILL');
  return started.length;
}

/** Of the Chromiums that this process started, with all their processes. */
export function chromiumResidentBytes(): number {
  const all = runningProcesses();
  const family = new Set(chromiums(all));
  for (const { pid } of family) for (const child of all) if (child.parent === pid) family.add(child);
  return [...family].reduce((sum, { residentBytes }) => sum + residentBytes, 0);
}
