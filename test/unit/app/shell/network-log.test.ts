/** What the header keeps of what was fetched, on a page that stays open and fetches on. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MAX_ROWS, NETWORK_CHANNEL, NetworkLog } from '../../../../src/app/shell/network-log.ts';
import { NetworkStateElement } from '../../../../src/app/shell/network-state.ts';

type Observe = (list: { getEntries(): { name: string; decodedBodySize: number }[] }) => void;

let observers: Observe[];

beforeEach(() => {
  observers = [];
  vi.stubGlobal('document', new EventTarget());
  vi.stubGlobal('location', { origin: 'https://site.test' });
  vi.stubGlobal(
    'PerformanceObserver',
    class {
      constructor(observe: Observe) {
        observers.push(observe);
      }
      observe() {}
      disconnect() {}
    },
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function fetched(...urls: readonly string[]): void {
  const entries = urls.map((name) => ({ name, decodedBodySize: 10 }));
  for (const observe of observers) observe({ getEntries: () => entries });
}

const address = (n: number): string => `https://site.test/${n}`;

it('has one row for an address that is fetched again and again, and parses it once', () => {
  const log = new NetworkLog();
  const parsed = vi.fn();
  vi.stubGlobal(
    'URL',
    class extends URL {
      constructor(...parts: ConstructorParameters<typeof URL>) {
        super(...parts);
        parsed();
      }
    },
  );
  for (let n = 0; n < 1000; n++) fetched('https://server.test/v1/completions');
  fetched(address(1), 'blob:https://site.test/x');
  expect(log.fetched).toEqual([
    { url: 'https://server.test/v1/completions', numBytes: 10_000, numTimes: 1000, isForeign: true },
    { url: address(1), numBytes: 10, numTimes: 1, isForeign: false },
  ]);
  expect([log.numFetched, log.numForeign, log.numBytes]).toEqual([1001, 1000, 10_010]);
  expect(parsed).toHaveBeenCalledTimes(2);
  log.close();
});

it('keeps the latest addresses, and counts all', () => {
  const log = new NetworkLog();
  for (let n = 0; n < MAX_ROWS; n++) fetched(address(n));
  fetched(address(0), address(MAX_ROWS));
  expect(log.fetched).toHaveLength(MAX_ROWS);
  expect(log.fetched[0]?.url).toBe(address(2));
  expect(log.fetched.slice(-2).map(({ url }) => url)).toEqual([address(0), address(MAX_ROWS)]);
  expect(log.numFetched).toBe(MAX_ROWS + 2);
  log.close();
});

it('tells of what was just added, and of what workers report', async () => {
  const added: (readonly string[])[] = [];
  const log = new NetworkLog((resources) => added.push(resources.map(({ url }) => url)));
  fetched(address(1));
  fetched(address(2), 'data:,x');
  const worker = new BroadcastChannel(NETWORK_CHANNEL);
  worker.postMessage({ refused: 'https://elsewhere.test/' });
  worker.postMessage({ refused: 'https://elsewhere.test/' });
  worker.postMessage({ fetched: [{ url: address(3), numBytes: 1 }] });
  await vi.waitFor(() => expect(added).toEqual([[address(1)], [address(2)], [], [], [address(3)]]));
  expect([...log.refused]).toEqual(['https://elsewhere.test/']);
  worker.close();
  log.close();
});

it('is not listed while the list is folded', () => {
  class Exposed extends NetworkStateElement {
    override scheduleUpdate = () => undefined;
    override render = () => super.render();
  }
  vi.stubGlobal('window', new EventTarget());
  const listed = vi.spyOn(NetworkLog.prototype, 'fetched', 'get');
  const element = new Exposed();
  element.connectedCallback();
  element.render();
  expect(listed).not.toHaveBeenCalled();
  element.isOpen = true;
  element.render();
  expect(listed).toHaveBeenCalled();
  element.disconnectedCallback();
});
