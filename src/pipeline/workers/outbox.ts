import { isDeepStrictEqual } from 'node:util';
import type { MessagePort } from 'node:worker_threads';
import type { FromWorker, WorkerFigures, WorkerResult } from './messages.ts';

/** Results that a worker thread may have given and the run not yet handed on. Each may hold a page's links. */
const RESULTS_MAX = 64;

/** Time between two looks at the figures while no results tell them, in milliseconds. */
const FIGURES_INTERVAL_MS = 200;

/**
 * What a worker thread has for the run: results, several in a message where they come close together, and figures.
 *
 * Bound: 64 results that have not been handed on; then each waits for room.
 */
export class Outbox {
  readonly #port: MessagePort;
  readonly #figures: () => WorkerFigures;
  readonly #timer: NodeJS.Timeout;
  /** Of the results that wait for room, in their order. */
  readonly #waiting: { readonly number: number; readonly resume: () => void }[] = [];
  #results: WorkerResult[] = [];
  #given = 0;
  #handedOn = 0;
  #told: WorkerFigures | undefined;

  constructor(port: MessagePort, figures: () => WorkerFigures) {
    this.#port = port;
    this.#figures = figures;
    this.#timer = setInterval(() => this.#tellFigures(), FIGURES_INTERVAL_MS).unref();
  }

  /** Sends a result. The promise, where there is one, resolves when there is room for more. */
  give(result: WorkerResult): void | Promise<void> {
    // Those that come in one turn of the event loop go together: a message costs as much as a small page does.
    if (this.#results.length === 0) setImmediate(() => this.flush());
    this.#results.push(result);
    this.#given += 1;
    const number = this.#given;
    if (this.#hasRoomBehind(number)) return undefined;
    return new Promise((resume) => this.#waiting.push({ number, resume }));
  }

  /** So many results have been handed on. */
  handedOn(count: number): void {
    this.#handedOn += count;
    const firstWithout = this.#waiting.findIndex(({ number }) => !this.#hasRoomBehind(number));
    const resumed = firstWithout === -1 ? this.#waiting.length : firstWithout;
    for (const { resume } of this.#waiting.splice(0, resumed)) resume();
  }

  /** Sends what waits to be sent. */
  flush(): void {
    if (this.#results.length === 0) return;
    const results = this.#results;
    this.#results = [];
    this.#told = this.#figures();
    this.#post({ kind: 'results', results, figures: this.#told });
  }

  /** No more results will come. */
  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }

  #hasRoomBehind(number: number): boolean {
    return number - this.#handedOn < RESULTS_MAX;
  }

  #tellFigures(): void {
    const figures = this.#figures();
    if (isDeepStrictEqual(this.#told, figures)) return;
    this.#told = figures;
    this.#post({ kind: 'figures', figures });
  }

  #post(message: FromWorker): void {
    this.#port.postMessage(message);
  }
}
