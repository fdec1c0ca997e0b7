/** Peak resident memory of the browser's processes, from /proc (Linux only; null elsewhere). */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright';

export interface PeakMemory {
  /** the page and its workers, MiB */
  readonly rendererMiB: number;
  /** where GPU buffers of the software adapter live, MiB */
  readonly gpuProcessMiB: number;
}

interface ProcessInfo {
  readonly type: string;
  readonly id: number;
}

/** High-water marks since each process began; take it before the page closes, from a browser with one page. */
export async function peakMemory(browser: Browser): Promise<PeakMemory | null> {
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as {
      processInfo: ProcessInfo[];
    };
    const peakOf = (kind: RegExp) =>
      Math.max(0, ...processInfo.filter(({ type }) => kind.test(type)).map(({ id }) => highWaterMiB(id)));
    return { rendererMiB: peakOf(/renderer/i), gpuProcessMiB: peakOf(/gpu/i) };
  } catch {
    return null;
  } finally {
    await session.detach();
  }
}

function highWaterMiB(pid: number): number {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kib) / 1024);
  } catch {
    return 0;
  }
}
