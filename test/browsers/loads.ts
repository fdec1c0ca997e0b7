/**
 * Loads of the demo page's model in Firefox, one after another, each in a page without a past. Prints a line for each,
 * so that a run that is broken off has told its figures. Ends with 1 if a load hung or failed, with 2 if the driver did
 * so often that the loads could not be made.
 *
 *     npx tsx test/browsers/loads.ts 200
 */
import buildSite from './build-site.ts';
import { openFirefox } from './firefox.ts';
import { loadModel, type Load } from './load-model.ts';
import { serveSite } from './site-server.ts';

/** Firefox and its driver grow with every page; a new one also ends what a hung page left. */
const LOADS_PER_BROWSER = 25;
const MAX_FAULTS = 10;

const numLoads = Number(process.argv[2] ?? 20);
const loads: Load[] = [];
let numFaults = 0;

async function* loadsInOneBrowser(site: string, numLoads: number): AsyncGenerator<Load> {
  await using browser = await openFirefox();
  console.log(new Date().toISOString(), browser.version);
  for (let n = 0; n < numLoads; n++) {
    await using page = await browser.newPage();
    yield await loadModel(page, site);
  }
}

await buildSite();
await using site = await serveSite();
while (loads.length < numLoads && numFaults <= MAX_FAULTS) {
  try {
    const numHere = Math.min(LOADS_PER_BROWSER, numLoads - loads.length);
    for await (const load of loadsInOneBrowser(site.url, numHere)) {
      loads.push(load);
      console.log(`${loads.length}/${numLoads}`, JSON.stringify(load));
    }
  } catch (error) {
    numFaults++;
    console.log('The driver failed; a new browser is opened.', error);
  }
}
const loaded = loads.filter((load) => load.type === 'loaded');
const times = loaded.map(({ elapsedMs }) => elapsedMs).sort((a, b) => a - b);
const numBad = loads.length - loaded.length;
console.log({
  numLoads: loads.length,
  numHung: loads.filter(({ type }) => type === 'hung').length,
  numFailed: loads.filter(({ type }) => type === 'failed').length,
  /** which the product saw and mended */
  numRecovered: loaded.filter(({ recoveries }) => recoveries.length > 0).length,
  numDriverFaults: numFaults,
  medianMs: times[times.length >> 1],
  maxMs: times.at(-1),
});
process.exitCode = numBad > 0 ? 1 : loads.length < numLoads ? 2 : 0;
