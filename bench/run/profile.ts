/** A CPU profile of our own run, taken in the page's main thread where the profiler can see JavaScript and WASM. */
import type { Browser } from 'playwright';
import type { BenchPage, MeasureOptions } from '../page/main.ts';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export async function profilePage(browser: Browser, url: string, cell: MeasureOptions): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(0);
  await page.goto(url);
  await page.waitForFunction(() => 'bench' in globalThis);
  const options = { ...cell, inPage: true, contender: 'ours' as const };
  await page.evaluate((o) => (globalThis as unknown as { bench: BenchPage }).bench.prepare(o), options);
  const session = await context.newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 500 });
  await session.send('Profiler.start');
  const run = await page.evaluate(() => (globalThis as unknown as { bench: BenchPage }).bench.runPrepared());
  const { profile } = (await session.send('Profiler.stop')) as unknown as { profile: CpuProfile };
  await context.close();
  const { elapsedMs, stats, sessionCalls } = run;
  console.log(JSON.stringify({ elapsedMs, stats, sessionCalls }, null, 1));
  console.log(
    selfTimes(profile)
      .map(([name, ms]) => `${ms.toFixed(0).padStart(8)} ms  ${name}`)
      .join('\n'),
  );
}

/** The 30 functions with most time of their own, by name and file. */
function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): [string, number][] {
  const names = new Map(
    nodes.map(({ id, callFrame }) => [
      id,
      `${callFrame.functionName || '(anonymous)'}  ${callFrame.url.split('/').at(-1) ?? ''}`,
    ]),
  );
  const sums = new Map<string, number>();
  samples.forEach((id, i) => {
    const name = names.get(id) ?? '?';
    sums.set(name, (sums.get(name) ?? 0) + (timeDeltas[i] ?? 0) / 1000);
  });
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, 30);
}
