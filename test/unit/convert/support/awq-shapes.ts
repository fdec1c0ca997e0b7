/** The headers of an AutoAWQ checkpoint of a configuration, without its weights: for what depends on shapes only. */
import type { ByteSource } from '../../../../src/convert/byte-io.ts';
import type { CheckpointFolder } from '../../../../src/convert/checkpoint-folder.ts';
import { awqTensors } from './checkpoint-shapes.ts';

const BYTES = { F16: 2, I32: 4 } as const;

export class AwqShapes implements CheckpointFolder {
  readonly weightBytes: number;
  readonly #file: ByteSource;

  constructor(config: Record<string, unknown>) {
    let offset = 0;
    const entries = awqTensors(config).map(({ name, dtype, shape }) => {
      const start = offset;
      offset += shape.reduce((product, dim) => product * dim, BYTES[dtype]);
      return [name, { dtype, shape, data_offsets: [start, offset] }] as const;
    });
    this.weightBytes = offset;
    const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
    const prefix = new Uint8Array(8 + header.length);
    new DataView(prefix.buffer).setBigUint64(0, BigInt(header.length), true);
    prefix.set(header, 8);
    this.#file = {
      name: 'model.safetensors',
      size: prefix.length + offset,
      read: (start, end) => Promise.resolve(prefix.slice(start, end)),
    };
  }

  open(name: string): Promise<ByteSource | null> {
    return Promise.resolve(name === 'model.safetensors' ? this.#file : null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
