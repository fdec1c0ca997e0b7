/**
 * Faults in the product's own worker: a script runs in it before its code, keeps what the browser gives it, and fails on a
 * word from the page. A fault that strikes in mid-run is armed before the run and comes from the worker itself, at the
 * first token of a chain: a word sent from the page then could come behind the last.
 */
import type { Page } from '@playwright/test';

/** Struck once, in the worker that was told. */
export type ArmedFault = 'lose-device' | 'crash';

/** The kind of update behind which a fault strikes. */
export type ArmedAt = 'reasoning' | 'finished';

/** A crashed worker sends nothing more, and so takes no further step: the loop waits for a message of its own. */
const SCRIPT = `{
  const { requestDevice } = GPUAdapter.prototype;
  let keptDevice;
  GPUAdapter.prototype.requestDevice = async function (...asked) {
    return (keptDevice = await requestDevice.apply(this, asked));
  };
  let armed = null;
  let crashed = false;
  const strike = {
    'lose-device': () => keptDevice.destroy(),
    crash: () => {
      crashed = true;
      setTimeout(() => { throw new Error('crashed as planned'); });
    },
  };
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (...sent) {
    if (crashed) return;
    postMessage.apply(this, sent);
    if (!armed || !JSON.stringify(sent[0])?.includes('"type":"' + armed.at + '"')) return;
    const { fault } = armed;
    armed = null;
    strike[fault]();
  };
  const channel = new BroadcastChannel('worker-faults');
  channel.onmessage = ({ data }) => {
    if (data.arm) {
      armed = data.arm;
      channel.postMessage({});
    }
  };
}
`;

/** Call before the page starts a worker. */
export async function injectFaults(page: Page): Promise<void> {
  await page.route(/rerank\.worker[^/]*\.js$/, async (route) => {
    const body = `${SCRIPT}${await (await route.fetch()).text()}`;
    const headers = { 'Cross-Origin-Embedder-Policy': 'require-corp' };
    await route.fulfill({ contentType: 'text/javascript', headers, body });
  });
}

/** Resolves when the page's worker, which must have been started, has taken it in. */
export async function armFault(page: Page, fault: ArmedFault, at: ArmedAt = 'reasoning'): Promise<void> {
  await askWorker(page, { arm: { fault, at } });
}

function askWorker(page: Page, question: object): Promise<unknown> {
  return page.evaluate(
    (sent) =>
      new Promise((resolve) => {
        const channel = new BroadcastChannel('worker-faults');
        channel.onmessage = ({ data }) => {
          channel.close();
          resolve(data);
        };
        channel.postMessage(sent);
      }),
    question,
  );
}
