/** The headers of an AutoAWQ checkpoint of a configuration, without its weights: for what depends on shapes only. */
import type { ByteSource, CheckpointFolder } from '../../../../src/convert/byte-io.ts';
import { tensorShapes } from './checkpoint-shapes.ts';

const GROUP = 128;
const BYTES = { F16: 2, I32: 4 } as const;

interface HeaderTensor {
  readonly name: string;
  readonly dtype: keyof typeof BYTES;
  readonly shape: readonly number[];
}

export class AwqShapes implements CheckpointFolder {
  readonly weightBytes: number;
  private readonly file: ByteSource;

  constructor(config: Record<string, unknown>) {
    let offset = 0;
    const entries = tensorShapes(config)
      .flatMap(({ name, shape }) => packed(name, shape))
      .map(({ name, dtype, shape }) => {
        const start = offset;
        offset += shape.reduce((product, dim) => product * dim, BYTES[dtype]);
        return [name, { dtype, shape, data_offsets: [start, offset] }] as const;
      });
    this.weightBytes = offset;
    const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
    const prefix = new Uint8Array(8 + header.length);
    new DataView(prefix.buffer).setBigUint64(0, BigInt(header.length), true);
    prefix.set(header, 8);
    this.file = {
      name: 'model.safetensors',
      size: prefix.length + offset,
      read: (start, end) => Promise.resolve(prefix.slice(start, end)),
    };
  }

  open(name: string): Promise<ByteSource | null> {
    return Promise.resolve(name === 'model.safetensors' ? this.file : null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A matrix of the layers, [outputs, inputs], is packed; embeddings, norms and biases are not. */
function packed(name: string, shape: readonly number[]): HeaderTensor[] {
  const prefix = /^(.*_proj)\.weight$/.exec(name)?.[1];
  const [outputs = 0, inputs = 0] = shape;
  if (prefix === undefined) return [{ name, dtype: 'F16', shape }];
  return [
    { name: `${prefix}.qweight`, dtype: 'I32', shape: [inputs, outputs / 8] },
    { name: `${prefix}.qzeros`, dtype: 'I32', shape: [inputs / GROUP, outputs / 8] },
    { name: `${prefix}.scales`, dtype: 'F16', shape: [inputs / GROUP, outputs] },
  ];
}
