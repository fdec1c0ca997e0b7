/**
 * Loads of the demo page's model in Firefox, one after another, each in a page without a past; ends with 1 if one hung.
 *
 *     npx tsx test/browsers/loads.ts 200
 */
import { openFirefox } from './firefox.ts';
import { loadModel } from './load-model.ts';
import { serveSite } from './site-server.ts';

const numLoads = Number(process.argv[2] ?? 20);
await using browser = await openFirefox();
await using site = await serveSite();
const times: number[] = [];
let numStalls = 0;
let numHung = 0;
for (let n = 1; n <= numLoads; n++) {
  await using page = await browser.newPage();
  const load = await loadModel(page, site.url);
  if (load === null) numHung++;
  else {
    times.push(load.elapsedMs);
    numStalls += load.numStalls;
  }
  if (load === null || load.numStalls > 0) console.log(n, load ?? 'hung');
}
times.sort((a, b) => a - b);
console.log({
  browser: browser.version,
  numLoads,
  numHung,
  numStalls,
  medianMs: times[times.length >> 1],
  maxMs: times.at(-1),
});
process.exitCode = numHung > 0 ? 1 : 0;
