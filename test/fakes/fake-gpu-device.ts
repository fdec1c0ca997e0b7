/** A GPUDevice that only counts allocations and copies, and refuses what a real one would. */
import { assert } from '../../src/base/assert.ts';

class FakeGpuBuffer {
  destroyed = false;

  readonly size: number;
  readonly onDestroy: (size: number) => void;

  constructor(size: number, onDestroy: (size: number) => void) {
    this.size = size;
    this.onDestroy = onDestroy;
  }

  destroy(): void {
    if (!this.destroyed) this.onDestroy(this.size);
    this.destroyed = true;
  }
}

export class FakeGpuDevice {
  readonly #scopes: { filter: string; error: object | null }[] = [];

  /** beyond it, allocations fail as a device's do: nothing is thrown, the error is in the scope */
  readonly memoryBytes: number;
  bytesHeld = 0;
  peakBytes = 0;
  numCopies = 0;

  constructor(memoryBytes = Infinity) {
    this.memoryBytes = memoryBytes;
  }

  createBuffer({ size }: { size: number }): FakeGpuBuffer {
    this.bytesHeld += size;
    this.peakBytes = Math.max(this.peakBytes, this.bytesHeld);
    const scope = this.#scopes.findLast(({ filter }) => filter === 'out-of-memory');
    if (this.bytesHeld > this.memoryBytes && scope) scope.error = { message: 'out of memory' };
    return new FakeGpuBuffer(size, (freed) => (this.bytesHeld -= freed));
  }

  pushErrorScope(filter: string): void {
    this.#scopes.push({ filter, error: null });
  }

  popErrorScope(): Promise<object | null> {
    return Promise.resolve(this.#scopes.pop()?.error ?? null);
  }

  createCommandEncoder() {
    return {
      copyBufferToBuffer: (
        source: FakeGpuBuffer,
        sourceOffset: number,
        target: FakeGpuBuffer,
        targetOffset: number,
        size: number,
      ) => {
        assert(source !== target, 'a copy within one buffer');
        assert(!source.destroyed && !target.destroyed, 'a copy with a destroyed buffer');
        assert(
          sourceOffset + size <= source.size && targetOffset + size <= target.size,
          'a copy out of bounds',
        );
        assert(
          [sourceOffset, targetOffset, size].every((bytes) => bytes % 4 === 0),
          'a copy in words',
        );
        this.numCopies++;
      },
      finish: () => ({}),
    };
  }

  readonly queue = { submit: (): void => undefined };
}
