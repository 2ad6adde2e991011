/** What is kept of an origin. */
export interface Kept {
  /** By the cache's clock. */
  readonly expiresAtMs: number;
  /** Characters, for the bound on all together. */
  readonly size: number;
}

/** The bounds of a cache of robots.txt. */
export interface RobotsCacheOptions {
  /** Most origins at a time. */
  readonly maxOrigins: number;
  /** Most characters of all together. */
  readonly maxSize: number;
}

/** What is known of origins for a time. Bound: beyond the two given, the one goes that was not asked for longest. */
export class RobotsCache<Value extends Kept> {
  readonly #options: RobotsCacheOptions;
  /** The one that was asked for last is the last. */
  readonly #values = new Map<string, Value>();
  #size = 0;

  constructor(options: RobotsCacheOptions) {
    this.#options = options;
  }

  /** Origins that something is kept of, also where it has expired. */
  get count(): number {
    return this.#values.size;
  }

  /** What is known of an origin at `nowMs`. */
  get(origin: string, nowMs: number): Value | undefined {
    const value = this.#values.get(origin);
    if (value === undefined) return undefined;
    this.#remove(origin, value);
    if (value.expiresAtMs <= nowMs) return undefined;
    this.#add(origin, value);
    return value;
  }

  /** Keeps what is known of an origin, in place of what was. */
  set(origin: string, value: Value): void {
    const earlier = this.#values.get(origin);
    if (earlier !== undefined) this.#remove(origin, earlier);
    this.#add(origin, value);
    for (const [oldest, kept] of this.#values) {
      if (this.#values.size <= this.#options.maxOrigins && this.#size <= this.#options.maxSize) return;
      this.#remove(oldest, kept);
    }
  }

  #add(origin: string, value: Value): void {
    this.#values.set(origin, value);
    this.#size += value.size;
  }

  #remove(origin: string, value: Value): void {
    this.#values.delete(origin);
    this.#size -= value.size;
  }
}
