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

export interface GpuMemory {
  /** of the buffers that were made, not destroyed, nor gone with their device or as garbage */
  readonly bytes: number;
  /** the most so far */
  readonly peakBytes: number;
}

export interface WeightReads {
  /** bytes of each piece of a stored file of weights that was taken */
  readonly slices: readonly number[];
  /** times that such a file was read as a whole, into memory of JavaScript */
  readonly numWhole: number;
}

/** A crashed worker sends nothing more, and so takes no further step: the loop waits for a message of its own. */
const SCRIPT = `{
  const { requestDevice } = GPUAdapter.prototype;
  let keptDevice;
  GPUAdapter.prototype.requestDevice = async function (...asked) {
    return (keptDevice = await requestDevice.apply(this, asked));
  };
  const { createBuffer, destroy: destroyDevice } = GPUDevice.prototype;
  const { destroy: destroyBuffer } = GPUBuffer.prototype;
  const live = new Set();
  const ofBuffer = new WeakMap();
  const ofDevice = new WeakMap();
  const liveBytes = () => {
    for (const entry of live) if (!entry.buffer.deref()) live.delete(entry);
    return [...live].reduce((sum, { size }) => sum + size, 0);
  };
  let peakBytes = 0;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    const entry = { buffer: new WeakRef(buffer), size: buffer.size };
    live.add(entry);
    ofBuffer.set(buffer, entry);
    if (!ofDevice.has(this)) ofDevice.set(this, []);
    ofDevice.get(this).push(entry);
    peakBytes = Math.max(peakBytes, liveBytes());
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    live.delete(ofBuffer.get(this));
    destroyBuffer.call(this);
  };
  GPUDevice.prototype.destroy = function () {
    for (const entry of ofDevice.get(this) ?? []) live.delete(entry);
    destroyDevice.call(this);
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
  const { postMessage: postTask } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (...sent) {
    if (!crashed) postTask.apply(this, sent);
  };
  const postAnswer = self.postMessage.bind(self);
  self.postMessage = (...sent) => {
    if (crashed) return;
    postAnswer(...sent);
    if (!armed || !JSON.stringify(sent[0])?.includes('"type":"' + armed.at + '"')) return;
    const { fault } = armed;
    armed = null;
    strike[fault]();
  };
  const reads = { slices: [], numWhole: 0 };
  const isWeights = (blob) => blob instanceof File && blob.name.endsWith('_data');
  const { slice, stream, arrayBuffer } = Blob.prototype;
  const vanishing = false;
  let vanished = null;
  const vanish = () => (vanished ??= navigator.storage
    .getDirectory()
    .then((root) => root.getDirectoryHandle('models'))
    .then((models) => models.removeEntry('stored', { recursive: true })));
  const streamOnceGone = function () {
    const { readable, writable } = new TransformStream();
    void vanish().then(() => stream.call(this).pipeTo(writable)).catch(() => undefined);
    return readable;
  };
  const bufferOnceGone = async function () {
    await vanish();
    return arrayBuffer.call(this);
  };
  Blob.prototype.slice = function (...range) {
    const part = slice.apply(this, range);
    if (!isWeights(this)) return part;
    reads.slices.push(part.size);
    if (!vanishing || reads.slices.length < 3) return part;
    return Object.assign(part, { stream: streamOnceGone, arrayBuffer: bufferOnceGone });
  };
  for (const name of ['arrayBuffer', 'bytes', 'stream']) {
    const read = Blob.prototype[name];
    if (!read) continue;
    Blob.prototype[name] = function () {
      if (!isWeights(this)) return read.call(this);
      reads.numWhole++;
      return vanishing && name === 'arrayBuffer' ? bufferOnceGone.call(this) : read.call(this);
    };
  }
  const channel = new BroadcastChannel('worker-faults');
  channel.onmessage = ({ data }) => {
    if (data.arm) {
      armed = data.arm;
      channel.postMessage({});
    }
    if (data.reads) channel.postMessage(reads);
    if (data.count) channel.postMessage({ bytes: liveBytes(), peakBytes });
  };
}
`;

/**
 * Call before the page starts a worker.
 * @param memoryGib that the worker believes the machine has
 */
export async function injectFaults(page: Page, memoryGib?: number, script = SCRIPT): Promise<void> {
  const memory = `Object.defineProperty(navigator, 'deviceMemory', { value: ${memoryGib} });\n`;
  await page.route(/rerank\.worker[^/]*\.js$/, async (route) => {
    const body = `${memoryGib === undefined ? '' : memory}${script}${await (await route.fetch()).text()}`;
    const headers = { 'Cross-Origin-Embedder-Policy': 'require-corp' };
    await route.fulfill({ contentType: 'text/javascript', headers, body });
  });
}

/** Resolves when the page's worker, which must have been started, has taken it in. */
export async function armFault(page: Page, fault: ArmedFault, at: ArmedAt = 'reasoning'): Promise<void> {
  await askWorker(page, { arm: { fault, at } });
}

/** What is garbage counts until it is collected. */
export async function gpuMemory(page: Page): Promise<GpuMemory> {
  return (await askWorker(page, { count: true })) as GpuMemory;
}

/** Of weights that came as a File. */
export async function weightReads(page: Page): Promise<WeightReads> {
  return (await askWorker(page, { reads: true })) as WeightReads;
}

/**
 * In workers started from now on, `opfs:stored` is deleted while its weights are read: before the third tensor where they are
 * taken one by one, else before the first byte.
 */
export async function vanishInMidLoad(page: Page): Promise<void> {
  await injectFaults(page, undefined, SCRIPT.replace('vanishing = false', 'vanishing = true'));
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
