/** What is drained of a body that nobody wants, so as to keep its connection, and for how long. */
const DRAIN_MAX_BYTES = 32_768;
const DRAIN_MAX_MS = 1_000;

/**
 * What has come of a body that nobody reads at the moment, and the account of its draining once nobody will.
 *
 * Bound: what the caller pushes until it stops the socket, one read of which is 64 KB.
 */
export class UnreadBody {
  #chunks: Uint8Array[] | undefined;
  #drained = 0;
  #drainedSinceMs = 0;

  push(chunk: Uint8Array): void {
    this.#chunks ??= [];
    this.#chunks.push(chunk);
  }

  /** Gives what is held and forgets it; undefined where nothing is. */
  take(): Uint8Array | undefined {
    const chunks = this.#chunks;
    this.#chunks = undefined;
    if (chunks === undefined) return undefined;
    // As one piece: chunks of a byte each would cost a decoder a trip to another thread each.
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
  }

  /** Forgets what is held. */
  clear(): void {
    this.#chunks = undefined;
  }

  /** Forgets what is held and begins to drain the rest. False where that costs more than a new connection. */
  startDraining(contentLength: number, nowMs: number): boolean {
    this.#drainedSinceMs = nowMs;
    const held = this.#chunks ?? [];
    this.#chunks = undefined;
    for (const chunk of held) this.#drained += chunk.length;
    return !(contentLength > DRAIN_MAX_BYTES) && this.#drained <= DRAIN_MAX_BYTES;
  }

  /** Counts a chunk that was drained. False once it is too much. */
  drain(chunk: Uint8Array): boolean {
    this.#drained += chunk.length;
    return this.#drained <= DRAIN_MAX_BYTES;
  }

  /** Whether draining has taken too long. */
  isDrainOverdue(nowMs: number): boolean {
    return nowMs - this.#drainedSinceMs > DRAIN_MAX_MS;
  }
}
