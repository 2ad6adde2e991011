import { Duplex } from 'node:stream';
import { RecordError } from './errors.ts';
import { type Abandon, type Departures, OutcomeError, type Skip } from './outcome.ts';
import { type AnyRecord, type Kind, type Records, releaseRecord } from './record.ts';
import type { Step } from './stage.ts';

/** Finished records that wait for the next stage. Small: a waiting page holds its connection. */
const READABLE_HIGH_WATER_MARK = 16;

/**
 * Makes the Node stream of a step: takes records, runs `step.process` on up to `step.concurrency` at once, gives the results.
 *
 * Order: as they complete, or of the input where `step.ordered`.
 * Bound: `step.concurrency` records in work; a record is in work from its arrival until its result, its failure
 * or its skip has been handed on. None is taken while the results' buffer (16) is full.
 * Departures: a RecordError, `skip` or `abandon` sends the record to `departures`, and what it held is released.
 * Ends early: an abort or an error destroys the stream: results that were not taken are released, and `step.close` is called
 * once, when nothing is in work any more.
 * Errors: anything but a RecordError ends the stream, and so does a result that is none. TypeError at once for a step without room.
 */
export function concurrentTransform<In extends Kind, Out extends Kind>(
  step: Step<In, Out>,
  departures: Departures,
): Duplex {
  return new StepStream(step as unknown as Step<Kind, Kind>, departures);
}

type Result = AnyRecord | Skip | Abandon;

/** A place in the output order, for ordered steps. `ready` once its record's fate is known; `record` is null for departures. */
interface Place {
  ready: boolean;
  record: AnyRecord | null;
}

class StepStream extends Duplex {
  readonly #step: Step<Kind, Kind>;
  readonly #departures: Departures;
  readonly #places: Place[] = [];
  #inWork = 0;
  /** True from a push that filled the results' buffer until the next stage asks for more. */
  #isFull = false;
  #writeDone: ((error?: Error | null) => void) | undefined;
  #finalDone: ((error?: Error | null) => void) | undefined;
  #onIdle: (() => void) | undefined;

  constructor(step: Step<Kind, Kind>, departures: Departures) {
    super({ objectMode: true, readableHighWaterMark: READABLE_HIGH_WATER_MARK, writableHighWaterMark: 1 });
    // Without it the step would never have room, and wait for ever.
    if (!(step.concurrency >= 1))
      throw new TypeError(`a step has the concurrency ${step.concurrency}: it needs at least 1`);
    this.#step = step;
    this.#departures = departures;
    // Not at once: a step may tell in the middle of its own work.
    step.onRoom?.(() => queueMicrotask(() => this.#takeMore()));
  }

  override _write(record: Records[Kind], _encoding: string, done: (error?: Error | null) => void): void {
    this.#inWork += 1;
    const place = this.#step.ordered === true ? this.#openPlace() : undefined;
    this.#start(record, place);
    if (this.#hasRoom()) done();
    else this.#writeDone = done;
  }

  override _read(): void {
    this.#isFull = false;
    this.#takeMore();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finalDone = done;
    this.#finishWhenIdle();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#releaseResults();
    const close = async () => {
      if (this.#inWork > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
      await this.#step.close?.();
    };
    close().then(
      () => done(error),
      (closeError: Error) => done(error ?? closeError),
    );
  }

  #start(record: AnyRecord, place: Place | undefined): void {
    let result: Result | Promise<Result>;
    try {
      result = this.#step.process(record);
    } catch (error) {
      this.#fail(record, place, error);
      return;
    }
    if (result instanceof Promise) {
      result.then(
        (value) => this.#succeed(record, place, value),
        (error: unknown) => this.#fail(record, place, error),
      );
    } else {
      this.#succeed(record, place, result);
    }
  }

  #succeed(record: AnyRecord, place: Place | undefined, result: Result | undefined): void {
    if (result?.kind === undefined) {
      this.#fail(
        record,
        place,
        new TypeError('a step gave what is no record, nor what skip() gives: is there no return?'),
      );
      return;
    }
    if (result.kind === 'skip') {
      this.#depart(record, place, () => this.#departures.skipped(record, result));
      return;
    }
    if (result.kind === 'abandon') {
      this.#depart(record, place, () => this.#departures.abandoned(record));
      return;
    }
    if (this.destroyed) releaseRecord(result);
    else if (place === undefined) this.#give(result);
    else this.#fillPlace(place, result);
    this.#leave();
  }

  #fail(record: AnyRecord, place: Place | undefined, error: unknown): void {
    if (error instanceof RecordError && !this.destroyed) {
      this.#depart(record, place, () => this.#departures.failed(record, error));
      return;
    }
    if (error instanceof OutcomeError) {
      this.#succeed(record, place, error.outcome);
      return;
    }
    releaseRecord(record);
    this.#leave();
    this.destroy(error instanceof Error ? error : new Error('a step threw what is no Error', { cause: error }));
  }

  #depart(record: AnyRecord, place: Place | undefined, report: () => void | Promise<void>): void {
    releaseRecord(record);
    if (place !== undefined) this.#fillPlace(place, null);
    let reported: void | Promise<void>;
    try {
      reported = this.destroyed ? undefined : report();
    } catch (error) {
      this.#leave();
      this.destroy(error as Error);
      return;
    }
    if (reported === undefined) {
      this.#leave();
      return;
    }
    reported.then(
      () => this.#leave(),
      (error: Error) => {
        this.#leave();
        this.destroy(error);
      },
    );
  }

  /** Lets go of the results that nobody will take: those that wait for an earlier one, and those in the buffer. */
  #releaseResults(): void {
    for (const { record } of this.#places.splice(0)) {
      if (record !== null) releaseRecord(record);
    }
    // What is read is also emitted to a pipe; and `read(1)`, unlike `read()`, emits no `end` after the last.
    this.unpipe();
    for (let left = this.readableLength; left > 0; left -= 1) releaseRecord(this.read(1));
  }

  #openPlace(): Place {
    const place: Place = { ready: false, record: null };
    this.#places.push(place);
    return place;
  }

  /** Hands on every result up to the first place whose record is still in work. */
  #fillPlace(place: Place, record: AnyRecord | null): void {
    place.ready = true;
    place.record = record;
    while (this.#places[0]?.ready === true) {
      const first = this.#places.shift();
      if (first?.record != null) this.#give(first.record);
    }
  }

  #give(record: AnyRecord): void {
    this.#isFull = !this.push(record);
  }

  #leave(): void {
    this.#inWork -= 1;
    this.#takeMore();
    this.#finishWhenIdle();
    if (this.#inWork === 0) this.#onIdle?.();
  }

  /** Records whose results wait for an earlier one count as in work, so an ordered step is bounded too. */
  #hasRoom(): boolean {
    const held = Math.max(this.#inWork, this.#places.length);
    return held < this.#step.concurrency && !this.#isFull;
  }

  #takeMore(): void {
    const done = this.#writeDone;
    if (done === undefined || !this.#hasRoom()) return;
    this.#writeDone = undefined;
    done();
  }

  #finishWhenIdle(): void {
    const done = this.#finalDone;
    if (done === undefined || this.#inWork > 0) return;
    this.#finalDone = undefined;
    this.push(null);
    done();
  }
}
