/**
 * Weights in files beside the .onnx, sharded so that a browser can hold each. All sizes are known before the
 * first weight is read, so the graph can name locations up front and shards are written sequentially.
 */
import { assert } from '../base/assert.ts';
import type { ByteSink } from './byte-io.ts';
import { tensorBytes, type StoredTensor, type WeightGroup } from './graph-builder.ts';
import type { ExternalLocation } from './onnx-proto.ts';
import type { RecordedOutput } from './recorded-output.ts';

/** WebGPU's strictest offset alignment, so that buffers can be uploaded without copying. */
const ALIGNMENT = 256;

/**
 * Assigns every tensor a location. A tensor larger than a shard gets its own shard.
 * @param fileName of shard 0; the others are `<fileName>_1`, `<fileName>_2` and so on
 */
export function placeTensors(
  groups: readonly WeightGroup[],
  fileName: string,
  shardBytes: number,
): Map<StoredTensor, ExternalLocation> {
  const places = new Map<StoredTensor, ExternalLocation>();
  let shard = 0;
  let offset = 0;
  for (const tensor of groups.flatMap((group) => group.tensors)) {
    const length = tensorBytes(tensor);
    offset = Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
    if (offset > 0 && offset + length > shardBytes) {
      shard += 1;
      offset = 0;
    }
    places.set(tensor, { file: shard === 0 ? fileName : `${fileName}_${shard}`, offset, length });
    offset += length;
  }
  return places;
}

export interface WriteOptions {
  /** Called after each group, for progress. */
  readonly onGroup: (group: WeightGroup) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes all groups, in order, to their assigned locations.
 * @throws the signal's reason, between two pieces of a tensor
 */
export async function writeExternalData(
  groups: readonly WeightGroup[],
  places: ReadonlyMap<StoredTensor, ExternalLocation>,
  folder: string,
  output: RecordedOutput,
  { onGroup, signal }: WriteOptions,
): Promise<void> {
  const writer = new ShardWriter(places, folder, output);
  for (const group of groups) {
    signal.throwIfAborted();
    await group.write((tensor, bytes) => {
      signal.throwIfAborted();
      return writer.write(tensor, bytes);
    });
    onGroup(group);
  }
  await writer.close();
}

class ShardWriter {
  #sink: ByteSink | null = null;
  #file = '';
  #offset = 0;
  #tensor: StoredTensor | null = null;
  #finished = 0;

  readonly #places: ReadonlyMap<StoredTensor, ExternalLocation>;
  readonly #folder: string;
  readonly #output: RecordedOutput;

  constructor(places: ReadonlyMap<StoredTensor, ExternalLocation>, folder: string, output: RecordedOutput) {
    this.#places = places;
    this.#folder = folder;
    this.#output = output;
  }

  async write(tensor: StoredTensor, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (tensor !== this.#tensor) await this.#begin(tensor);
    assert(this.#sink, 'a shard is open');
    await this.#sink.write(bytes);
    this.#offset += bytes.byteLength;
  }

  async close(): Promise<void> {
    this.#checkComplete();
    assert(this.#finished === this.#places.size, 'every tensor was written');
    await this.#sink?.close();
  }

  async #begin(tensor: StoredTensor): Promise<void> {
    this.#checkComplete();
    const place = this.#places.get(tensor);
    assert(place, `${tensor.name} has a place`);
    if (place.file !== this.#file) {
      await this.#sink?.close();
      this.#sink = await this.#output.create(`${this.#folder}/${place.file}`);
      this.#file = place.file;
      this.#offset = 0;
    }
    assert(this.#sink && place.offset >= this.#offset, `${tensor.name} comes after the tensor before it`);
    if (place.offset > this.#offset) await this.#sink.write(new Uint8Array(place.offset - this.#offset));
    this.#offset = place.offset;
    this.#tensor = tensor;
  }

  #checkComplete(): void {
    if (!this.#tensor) return;
    const place = this.#places.get(this.#tensor)!;
    assert(this.#offset === place.offset + place.length, `${this.#tensor.name} has all its bytes`);
    this.#finished += 1;
  }
}
