import { once } from 'node:events';
import type { Transform } from 'node:stream';
import { type Compression, compressor } from '../compression.ts';
import type { ByteTarget } from './byte-target.ts';

/**
 * A target behind a compressor. `sync` ends a member (gzip, RFC 1952, 2.2) or frame (Zstandard, RFC 8878, 3), so that the
 * file is whole there and can be cut there; what follows begins a new one. Readers take all members as one file.
 *
 * Bound: what the compressor holds, and one chunk of its output.
 */
export function compressedTarget(target: ByteTarget, compression: Compression): ByteTarget {
  let member: Member | undefined;
  const endMember = async () => {
    await member?.end();
    member = undefined;
  };
  return {
    write: (bytes) => {
      member ??= new Member(compressor(compression), target);
      return member.write(bytes);
    },
    sync: async () => {
      await endMember();
      return await target.sync();
    },
    close: async () => {
      await endMember();
      await target.close();
    },
    abort: async () => {
      await member?.abort();
      await target.abort();
    },
  };
}

/** One compressed member on its way to the target. */
class Member {
  readonly #stream: Transform;
  readonly #pumped: Promise<void>;
  #failure: unknown;

  constructor(stream: Transform, target: ByteTarget) {
    this.#stream = stream;
    this.#pumped = this.#pump(target).catch((error: unknown) => {
      this.#failure = error;
      stream.destroy();
    });
  }

  async write(bytes: Buffer): Promise<void> {
    this.#check();
    if (!this.#stream.write(bytes)) await Promise.race([once(this.#stream, 'drain'), this.#pumped]);
    this.#check();
  }

  async end(): Promise<void> {
    this.#check();
    this.#stream.end();
    await this.#pumped;
    this.#check();
  }

  async abort(): Promise<void> {
    this.#stream.destroy();
    await this.#pumped;
  }

  async #pump(target: ByteTarget): Promise<void> {
    for await (const chunk of this.#stream) await target.write(chunk as Buffer);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
