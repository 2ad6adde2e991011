import { createInflateRaw } from 'node:zlib';
import { type ByteSink, Engine, type EngineOwner, OUTPUT_CHUNK_BYTES } from './engine.ts';
import { GzipHeader } from './gzip-header.ts';
import type { DecodingStage, StageEvents } from './stage.ts';

/** CRC-32 and length (RFC 1952, 2.3.1), which browsers don't check. */
const TRAILER_BYTES = 8;

/**
 * Undoes gzip: one member or several in a row (RFC 1952, 2.2).
 *
 * What follows the first member and is none is ignored, as browsers do; node:zlib's own Gunzip would fail on it and
 * lose the end of the page. A member's trailer is passed over, also where it is cut off: TCP has its own checksums.
 */
export class GzipStage implements DecodingStage, EngineOwner {
  readonly #sink: ByteSink;
  readonly #events: StageEvents;
  #part: 'header' | 'member' | 'trailer' | 'padding' | 'ignored' = 'header';
  #header = new GzipHeader();
  #engine: Engine | undefined;
  #members = 0;
  #trailerLeft = 0;
  #hasInput = false;
  #isInputOver = false;

  constructor(sink: ByteSink, events: StageEvents) {
    this.#sink = sink;
    this.#events = events;
  }

  write(chunk: Uint8Array): boolean {
    if (chunk.length > 0) this.#hasInput = true;
    return this.#take(chunk);
  }

  end(): void {
    this.#isInputOver = true;
    if (this.#part === 'member') this.#engine?.finish();
    else this.#finish();
  }

  resume(): void {
    this.#engine?.resume();
  }

  destroy(): void {
    this.#engine?.destroy();
  }

  onRoom(): void {
    this.#events.onRoom();
  }

  onEnd(leftover: Uint8Array): void {
    this.#members += 1;
    this.#part = 'trailer';
    this.#trailerLeft = TRAILER_BYTES;
    if (this.#isInputOver) this.#finish();
    else if (this.#take(leftover)) this.#events.onRoom();
  }

  onError(error: Error): void {
    this.#events.onError(error);
  }

  /** Goes through a chunk until it is used up (true) or the rest is with the engine (false). */
  #take(chunk: Uint8Array): boolean {
    for (let index = 0; index < chunk.length; index += 1) {
      if (this.#part === 'ignored') break;
      if (this.#part === 'member') {
        this.#engine?.write(chunk.subarray(index));
        return false;
      }
      this.#takeByte(chunk[index] ?? 0);
    }
    return true;
  }

  #takeByte(byte: number): void {
    if (this.#part === 'trailer') {
      this.#trailerLeft -= 1;
      if (this.#trailerLeft === 0) this.#part = 'padding';
      return;
    }
    if (this.#part === 'padding') {
      if (byte === 0) return;
      this.#part = 'header';
      this.#header = new GzipHeader();
    }
    const state = this.#header.push(byte);
    if (state === 'complete') this.#openMember();
    else if (state === 'invalid') this.#rejectHeader();
  }

  #openMember(): void {
    this.#part = 'member';
    this.#engine = new Engine(createInflateRaw({ chunkSize: OUTPUT_CHUNK_BYTES }), this.#sink, this);
  }

  #rejectHeader(): void {
    this.#part = 'ignored';
    if (this.#members === 0) this.#events.onError(new Error('the body is not gzip'));
  }

  #finish(): void {
    if (this.#hasInput && this.#members === 0) this.#events.onError(new Error('the gzip header is cut off'));
    else this.#sink.end();
  }
}
