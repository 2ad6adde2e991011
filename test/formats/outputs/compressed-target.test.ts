import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { StageError } from '../../../src/core/errors.ts';
import type { OutputState } from '../../../src/core/stage/sink-writer.ts';
import type { ByteTarget } from '../../../src/formats/outputs/byte-target.ts';
import { compressedTarget } from '../../../src/formats/outputs/compressed-target.ts';

describe('a compressed target', () => {
  it('is whole at every mark, and as a whole, wherever the marks stand', async () => {
    const part = fc.record({ bytes: fc.uint8Array({ maxLength: 3000 }), isMarked: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        const memory = new MemoryTarget();
        const target = compressedTarget(memory, 'gz');
        let written = Buffer.alloc(0);
        for (const { bytes, isMarked } of parts) {
          await target.write(Buffer.from(bytes));
          written = Buffer.concat([written, bytes]);
          if (!isMarked) continue;
          const { length } = await target.sync();
          assert.equal(length, memory.bytes.length);
          assert.deepEqual(unzipped(memory.bytes), written);
        }
        await target.close();
        assert.deepEqual(unzipped(memory.bytes), written);
      }),
      { numRuns: 40 },
    );
  });

  it('cut back at a mark is whole, and may be gone on with', async () => {
    const first = new MemoryTarget();
    const target = compressedTarget(first, 'gz');
    await target.write(Buffer.from('one\n'));
    const { length } = await target.sync();
    await target.write(Buffer.from('x'.repeat(1e6)));
    await target.abort();
    const kept = first.bytes.subarray(0, length);
    assert.equal(gunzipSync(kept).toString(), 'one\n');
    const second = new MemoryTarget();
    const next = compressedTarget(second, 'gz');
    await next.write(Buffer.from('two\n'));
    await next.close();
    assert.equal(gunzipSync(Buffer.concat([kept, second.bytes])).toString(), 'one\ntwo\n');
  });

  it('gets nothing where nothing was written since the last mark', async () => {
    const memory = new MemoryTarget();
    const target = compressedTarget(memory, 'gz');
    await target.write(Buffer.from('one\n'));
    const mark = await target.sync();
    assert.deepEqual(await target.sync(), mark);
    await target.close();
    assert.equal(memory.bytes.length, mark.length);
  });

  it('that fails says so to whoever writes, marks or closes, and can be aborted', async () => {
    const full = new StageError('SINK_FAILED', 'the disk is full');
    for (const end of ['sync', 'close'] as const) {
      const target = compressedTarget(new MemoryTarget(full), 'gz');
      await target.write(Buffer.from('one\n'));
      await assert.rejects(target[end](), full);
      await target.abort();
    }
    const target = compressedTarget(new MemoryTarget(full), 'gz');
    const noise = Buffer.from(Array.from({ length: 1e5 }, (_, index) => (index * index * 7919) >> 3));
    const flood = async () => {
      for (let round = 0; round < 1000; round += 1) await target.write(noise);
    };
    await assert.rejects(flood(), full);
    await target.abort();
  });
});

class MemoryTarget implements ByteTarget {
  bytes: Buffer = Buffer.alloc(0);
  readonly #failure: Error | undefined;

  constructor(failure?: Error) {
    this.#failure = failure;
  }

  write(bytes: Buffer): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.bytes = Buffer.concat([this.bytes, bytes]);
    return Promise.resolve();
  }

  sync(): Promise<OutputState> {
    return Promise.resolve({ length: this.bytes.length, tail: '' });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  abort(): Promise<void> {
    return Promise.resolve();
  }
}

/** Nothing at all is what a run without rows leaves in a format without a head. */
function unzipped(bytes: Buffer): Buffer {
  return bytes.length === 0 ? bytes : gunzipSync(bytes);
}
