import { Duplex } from 'node:stream';
import { type Departures, skip } from '../../core/outcome.ts';
import type { UrlRecord } from '../../core/record.ts';
import { workerOf } from '../../core/worker-share.ts';
import type { WorkerResult } from './messages.ts';
import { failureFrom } from './portable/portable-error.ts';
import { recordFrom } from './portable/portable-record.ts';
import type { WorkerThread } from './worker-thread.ts';

/** Finished records that wait for the next stage. */
const READABLE_HIGH_WATER_MARK = 16;

/** A worker thread with how many of its results wait in the stream for the next stage. */
interface Lane {
  readonly thread: WorkerThread;
  held: number;
}

/**
 * Makes the Node stream of the steps that worker threads do: takes URLs, gives each to the thread that its host belongs to, and
 * gives what the threads make of them.
 *
 * Order: as they complete. Bound: as many lines as the first of the steps takes at once in one thread, and what the threads have
 * beyond that for hosts that are overloaded; 64 finished records a thread.
 * Departures, and what an abort or an error does, are as `concurrentTransform` has them. `close` ends the threads.
 */
export function workerStream(
  threads: readonly WorkerThread[],
  departures: Departures,
  close: () => Promise<void>,
): Duplex {
  return new WorkerStream(threads, departures, close);
}

class WorkerStream extends Duplex {
  readonly #lanes: readonly Lane[];
  readonly #departures: Departures;
  readonly #close: () => Promise<void>;
  /** What each thread takes while no host is overloaded. */
  readonly #window: number;
  readonly #inWork = new Map<number, UrlRecord>();
  /** Departures that wait for room in an output. */
  #departing = 0;
  #isFull = false;
  #stillAtWork: number;
  #writeDone: (() => void) | undefined;
  #finalDone: ((error?: Error | null) => void) | undefined;

  constructor(threads: readonly WorkerThread[], departures: Departures, close: () => Promise<void>) {
    super({ objectMode: true, readableHighWaterMark: READABLE_HIGH_WATER_MARK, writableHighWaterMark: 1 });
    this.#lanes = threads.map((thread) => ({ thread, held: 0 }));
    this.#departures = departures;
    this.#close = close;
    this.#window = threads[0]?.figures.room ?? 0;
    this.#stillAtWork = threads.length;
    for (const lane of this.#lanes) {
      lane.thread.listen({
        results: (results) => this.#take(lane, results),
        figures: () => this.#takeMore(),
        done: () => {
          this.#stillAtWork -= 1;
          this.#finishWhenDone();
        },
        failed: (error) => this.destroy(error),
      });
    }
  }

  override _write(record: UrlRecord, _encoding: string, done: () => void): void {
    this.#inWork.set(record.origin.sequence, record);
    this.#lanes[workerOf(record.url.host, this.#lanes.length)]?.thread.send(record);
    if (this.#hasRoom()) done();
    else this.#writeDone = done;
  }

  override _read(): void {
    this.#isFull = false;
    for (const lane of this.#lanes) {
      lane.thread.handedOn(lane.held);
      lane.held = 0;
    }
    this.#takeMore();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finalDone = done;
    for (const { thread } of this.#lanes) thread.end();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#close().then(
      () => done(error),
      (closeError: Error) => done(error ?? closeError),
    );
  }

  #take(lane: Lane, results: readonly WorkerResult[]): void {
    let handedOn = 0;
    for (const result of results) {
      if (this.destroyed) return;
      const made = this.#inWork.get(result.sequence);
      if (made === undefined) {
        this.destroy(
          new Error(`a worker thread has given a result for line ${result.sequence}, which it does not have`),
        );
        return;
      }
      this.#inWork.delete(result.sequence);
      if (result.fate !== 'done') {
        handedOn += this.#depart(lane, result, made);
        continue;
      }
      this.#isFull = !this.push(recordFrom(result.record, made));
      if (this.#isFull) lane.held += 1;
      else handedOn += 1;
    }
    lane.thread.handedOn(handedOn);
    this.#takeMore();
  }

  /** Gives how many results have been handed on: 1, or 0 where that is still to come. */
  #depart(lane: Lane, result: WorkerResult & { fate: 'failed' | 'skipped' | 'abandoned' }, made: UrlRecord): 0 | 1 {
    let reported: void | Promise<void>;
    try {
      reported = this.#report(result, made);
    } catch (error) {
      this.destroy(error as Error);
      return 1;
    }
    if (reported === undefined) return 1;
    this.#departing += 1;
    reported.then(
      () => {
        this.#departing -= 1;
        lane.thread.handedOn(1);
        this.#takeMore();
        this.#finishWhenDone();
      },
      (error: Error) => this.destroy(error),
    );
    return 0;
  }

  #report(result: WorkerResult & { fate: 'failed' | 'skipped' | 'abandoned' }, made: UrlRecord): void | Promise<void> {
    if (result.fate === 'abandoned') return this.#departures.abandoned(made);
    const record = recordFrom(result.record, made);
    if (result.fate === 'failed') return this.#departures.failed(record, failureFrom(result.failure));
    return this.#departures.skipped(record, skip(result.reason, result.page));
  }

  #finishWhenDone(): void {
    const done = this.#finalDone;
    if (done === undefined || this.#stillAtWork > 0 || this.#departing > 0) return;
    this.#finalDone = undefined;
    const lost = this.#inWork.size;
    if (lost > 0) {
      this.destroy(new Error(`the worker threads have ended without results for ${lost} lines`));
      return;
    }
    this.push(null);
    done();
  }

  #hasRoom(): boolean {
    const beyond = this.#lanes.reduce((sum, { thread }) => sum + thread.figures.room - this.#window, 0);
    return this.#inWork.size + this.#departing < this.#window + beyond && !this.#isFull;
  }

  #takeMore(): void {
    const done = this.#writeDone;
    if (done === undefined || !this.#hasRoom()) return;
    this.#writeDone = undefined;
    done();
  }
}
