import type { BrotliDecompress, Inflate, InflateRaw } from 'node:zlib';

/** Takes bytes. `write` gives false when no more may be written until there is room again. */
export interface ByteSink {
  write(chunk: Uint8Array): boolean;
  end(): void;
}

/** A stream of node:zlib that decompresses. */
export type ZlibStream = Inflate | InflateRaw | BrotliDecompress;

/** Who an engine works for. Never called from within a call to the engine. */
export interface EngineOwner {
  /** The chunk has been worked off; the next may be written. */
  onRoom(): void;
  /** The compressed stream has ended and all its output is with the sink. `leftover`: what stands behind it in the last chunk. */
  onEnd(leftover: Uint8Array): void;
  onError(error: Error): void;
}

/**
 * Decompresses one stream of a format of node:zlib, on Node's threads, a chunk at a time.
 *
 * Bound: one chunk of input and one of output (64 KB); a bomb is met by whoever counts what comes out.
 */
export class Engine {
  readonly #stream: ZlibStream;
  readonly #owner: EngineOwner;
  #chunk: Uint8Array = NOTHING;
  #written = 0;

  constructor(stream: ZlibStream, sink: ByteSink, owner: EngineOwner) {
    this.#stream = stream;
    this.#owner = owner;
    stream.on('data', (chunk: Buffer) => {
      if (!sink.write(chunk)) stream.pause();
    });
    stream.on('end', () => owner.onEnd(this.#leftover));
    stream.on('error', (error: Error) => owner.onError(error));
  }

  /** One chunk at a time: the next after `onRoom`. */
  write(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#written += chunk.length;
    this.#stream.write(chunk, this.#onWritten);
  }

  /** No more input: `onEnd` if the stream is complete, else `onError`. */
  finish(): void {
    this.#stream.end();
  }

  /** The sink has room again. */
  resume(): void {
    this.#stream.resume();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /** What zlib did not take. It takes nothing beyond the end of its stream, and everything before. */
  get #leftover(): Uint8Array {
    return this.#chunk.subarray(this.#chunk.length - (this.#written - this.#stream.bytesWritten));
  }

  readonly #onWritten = (error: Error | null | undefined): void => {
    if (error != null || this.#stream.destroyed) return;
    if (this.#stream.bytesWritten === this.#written) this.#owner.onRoom();
  };
}

/** Size of the pieces that come out. Larger than Node's default: each piece is a trip to another thread. */
export const OUTPUT_CHUNK_BYTES = 65_536;

const NOTHING = new Uint8Array(0);
