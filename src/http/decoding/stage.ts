import { type ByteSink, Engine, type EngineOwner, type ZlibStream } from './engine.ts';

/** What a stage tells whoever writes to it. Never called from within a call to the stage, `onError` excepted. */
export interface StageEvents {
  /** There is room again after a `write` that gave false. */
  onRoom(): void;
  /** The data does not decode. Nothing comes after it. */
  onError(error: Error): void;
}

/** Undoes one content coding. */
export interface DecodingStage extends ByteSink {
  /** The sink has room again after a `write` that gave false. */
  resume(): void;
  /** Lets go of everything. May be called at any time. */
  destroy(): void;
}

/**
 * Undoes a coding that is one compressed stream: deflate, br, zstd. What stands behind the stream is ignored, as browsers do.
 *
 * `open` makes the stream, by the body's first byte. An empty body decodes to an empty one.
 */
export class PlainStage implements DecodingStage, EngineOwner {
  readonly #open: (firstByte: number) => ZlibStream;
  readonly #sink: ByteSink;
  readonly #events: StageEvents;
  #engine: Engine | undefined;
  #isComplete = false;
  #isInputOver = false;

  constructor(open: (firstByte: number) => ZlibStream, sink: ByteSink, events: StageEvents) {
    this.#open = open;
    this.#sink = sink;
    this.#events = events;
  }

  write(chunk: Uint8Array): boolean {
    const [firstByte] = chunk;
    if (this.#isComplete || firstByte === undefined) return true;
    this.#engine ??= new Engine(this.#open(firstByte), this.#sink, this);
    this.#engine.write(chunk);
    return false;
  }

  end(): void {
    this.#isInputOver = true;
    if (this.#engine === undefined || this.#isComplete) this.#sink.end();
    else this.#engine.finish();
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

  onEnd(): void {
    this.#isComplete = true;
    if (this.#isInputOver) this.#sink.end();
    else this.#events.onRoom();
  }

  onError(error: Error): void {
    this.#events.onError(error);
  }
}
