import type { LinksRecord } from '../../core/record.ts';
import type { Positions } from './positions.ts';

/**
 * Lines that may be read and not done. Bounds the pages that wait for their turn, and only them: lines that are skipped on
 * the way, all but a few where `--shard` is used, don't keep others from being fetched.
 */
const WINDOW = 1024;

/**
 * Puts pages into the order of the input: a page that is done before an earlier line waits for that line.
 *
 * Where the run is being stopped, pages behind a line that stays undone wait for ever: they are undone, too.
 * Bound: 1,024 lines that are read and not done; `room` keeps the source to that.
 */
export class OrderedRows {
  readonly #positions: Positions;
  readonly #settle: (record: LinksRecord) => void | Promise<void>;
  readonly #waiting = new Map<number, LinksRecord>();
  #wakeSource: (() => void) | undefined;

  /** `settle` ends a page whose turn has come. */
  constructor(positions: Positions, settle: (record: LinksRecord) => void | Promise<void>) {
    this.#positions = positions;
    this.#settle = settle;
  }

  /** Takes a page. Resolves when there is room for more. */
  page(record: LinksRecord): void | Promise<void> {
    this.#waiting.set(record.origin.sequence, record);
    return this.advance();
  }

  /** Ends all pages whose turn has come. To be called when a line has ended that is no page. Resolves when there is room for more. */
  advance(): void | Promise<void> {
    const rooms: Promise<void>[] = [];
    for (;;) {
      const next = this.#waiting.get(this.#positions.low);
      if (next === undefined) break;
      this.#waiting.delete(next.origin.sequence);
      const room = this.#settle(next);
      if (room !== undefined) rooms.push(room);
    }
    this.#wakeSource?.();
    return rooms.length === 0 ? undefined : Promise.all(rooms).then(() => {});
  }

  /** Waits until the next line may be read; undefined: at once. Ends with the signal, too. */
  room(signal: AbortSignal): Promise<void> | undefined {
    if (this.#hasRoom() || signal.aborted) return undefined;
    return new Promise((resolve) => {
      const end = () => {
        signal.removeEventListener('abort', end);
        this.#wakeSource = undefined;
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
      this.#wakeSource = () => {
        if (this.#hasRoom()) end();
      };
    });
  }

  #hasRoom(): boolean {
    return this.#positions.open < WINDOW;
  }
}
