import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { concurrentTransform } from '../../src/core/concurrent-transform.ts';
import { RecordError, StageError } from '../../src/core/errors.ts';
import { skip } from '../../src/core/outcome.ts';
import type { AnyRecord, UrlRecord } from '../../src/core/record.ts';
import type { Step } from '../../src/core/stage.ts';
import { FakeBody, Gate, pageRecord, quiet, RememberedDepartures, urlRecord } from '../helpers/pipelines/stages.ts';

type UrlStep = Step<'url', 'url'>;

describe('the bound of records in work', () => {
  it('is the concurrency, while results are taken', async () => {
    let inWork = 0;
    let mostInWork = 0;
    const step: UrlStep = {
      concurrency: 5,
      process: async (record) => {
        inWork += 1;
        mostInWork = Math.max(mostInWork, inWork);
        await nextTurn();
        inWork -= 1;
        return record;
      },
    };
    assert.equal((await sequencesThrough(step, 100)).length, 100);
    assert.equal(mostInWork, 5);
  });

  it('stops the reading at the concurrency while nothing completes', async () => {
    const gate = new Gate();
    const { stream, taken } = stalled({
      concurrency: 5,
      process: async (record) => {
        await gate.opened;
        return record;
      },
    });
    await quiet();
    assert.equal(taken(), 5);
    gate.open();
    await ended(stream);
  });

  it('lets 16 records through at once to a reader that has stalled', async () => {
    const { stream, taken } = stalled({ concurrency: 5, process: (record) => record });
    await quiet();
    assert.equal(taken(), 16);
    await ended(stream);
  });

  it('lets those in work through besides, when the buffer of 16 fills up: 16 + concurrency - 1', async () => {
    const { stream, taken } = stalled({
      concurrency: 5,
      process: async (record) => {
        await nextTurn();
        return record;
      },
    });
    await quiet();
    assert.equal(taken(), 20);
    await ended(stream);
  });

  it('counts ordered results that wait for an earlier one', async () => {
    const gate = new Gate();
    const { stream, taken } = stalled({
      concurrency: 5,
      ordered: true,
      process: async (record) => {
        if (record.origin.sequence === 0) await gate.opened;
        return record;
      },
    });
    await quiet();
    assert.equal(taken(), 5);
    gate.open();
    await quiet();
    assert.equal(taken() > 5, true);
    await ended(stream);
  });

  it('counts records whose failure waits for room in the failures output', async () => {
    const room = new Gate();
    const departures = new RememberedDepartures(() => room.opened);
    const { stream, taken } = stalled({ concurrency: 5, process: fail }, departures);
    await quiet();
    assert.deepEqual([taken(), departures.failures.length], [5, 5]);
    room.open();
    await quiet();
    assert.equal(taken(), 100);
    await ended(stream);
  });

  it('counts records whose skip waits for room in the pages output', async () => {
    const departures = new RememberedDepartures(() => new Promise<never>(() => {}));
    const { taken, stream } = stalled({ concurrency: 3, process: () => skip('robots') }, departures);
    await quiet();
    assert.deepEqual([taken(), departures.skips.length], [3, 3]);
    stream.on('error', () => {}).destroy();
  });
});

describe('order', () => {
  const slowestFirst: UrlStep = {
    concurrency: 4,
    process: async (record) => {
      for (let turn = record.origin.sequence % 4; turn < 4; turn += 1) await nextTurn();
      return record;
    },
  };

  it('is that of completion', async () => {
    assert.deepEqual(await sequencesThrough(slowestFirst, 4), [3, 2, 1, 0]);
  });

  it('is that of the input for an ordered step', async () => {
    assert.deepEqual(await sequencesThrough({ ...slowestFirst, ordered: true }, 4), [0, 1, 2, 3]);
  });

  it('goes on past failed and skipped records of an ordered step', async () => {
    const departures = new RememberedDepartures();
    const step: UrlStep = {
      concurrency: 4,
      ordered: true,
      process: async (record) => {
        await nextTurn();
        if (record.origin.sequence === 0) return fail(record);
        return record.origin.sequence === 1 ? skip('duplicate') : record;
      },
    };
    assert.deepEqual(await sequencesThrough(step, 4, departures), [2, 3]);
    assert.deepEqual([departures.failures.length, departures.skips.length], [1, 1]);
  });
});

describe('departures', () => {
  it('get a failed record with its error, thrown at once or later', async () => {
    const departures = new RememberedDepartures();
    const step: UrlStep = {
      concurrency: 2,
      process: (record) => (record.origin.sequence === 0 ? fail(record) : Promise.reject(failure)),
    };
    assert.deepEqual(await sequencesThrough(step, 2, departures), []);
    assert.deepEqual(
      departures.failures.map(({ record, error }) => [record.origin.sequence, error]),
      [
        [0, failure],
        [1, failure],
      ],
    );
  });

  it('get a skipped record with the reason', async () => {
    const departures = new RememberedDepartures();
    await sequencesThrough({ concurrency: 1, process: () => skip('shard') }, 1, departures);
    assert.deepEqual(
      departures.skips.map(({ record, skip: { reason } }) => [record.origin.sequence, reason]),
      [[0, 'shard']],
    );
  });

  it('that are thrown out of end the stream', async () => {
    const full = new StageError('SINK_FAILED', 'failures.jsonl: the disk is full');
    const others = { skipped: () => {}, abandoned: () => {} };
    const atOnce = { ...others, failed: () => assert.fail(full) };
    const later = { ...others, failed: () => Promise.reject(full) };
    for (const departures of [atOnce, later]) {
      const stream = concurrentTransform({ concurrency: 2, process: fail } satisfies UrlStep, departures);
      await assert.rejects(pipeline(Readable.from([urlRecord(0)]), stream, devNull()), full);
    }
  });
});

describe('what a record holds', () => {
  it('is released when its page is skipped or fails', async () => {
    const pages = [0, 1].map((sequence) => pageRecord(urlRecord(sequence), new FakeBody()));
    const step: Step<'page', 'page'> = {
      concurrency: 2,
      process: (record) => (record.origin.sequence === 0 ? skip('not-html') : fail(record)),
    };
    await pipeline(Readable.from(pages), concurrentTransform(step, new RememberedDepartures()), devNull());
    assert.deepEqual(pages.map(releasesOf), [1, 1]);
  });

  it('is released when the step breaks down', async () => {
    const page = pageRecord(urlRecord(0), new FakeBody());
    const step: Step<'page', 'page'> = { concurrency: 1, process: () => Promise.reject(new TypeError('a bug')) };
    const stream = concurrentTransform(step, new RememberedDepartures());
    await assert.rejects(pipeline(Readable.from([page]), stream, devNull()), TypeError);
    assert.equal(releasesOf(page), 1);
  });

  it('is released when a result comes after the end', async () => {
    const { step, bodies, gate } = fetchStep({ concurrency: 1 });
    const stream = concurrentTransform(step, new RememberedDepartures());
    stream.write(urlRecord(0));
    stream.destroy();
    gate.open();
    await once(stream, 'close');
    assert.deepEqual(
      bodies.map((body) => body.releases),
      [1],
    );
  });

  it('is released when a result waits for a reader that never comes', async () => {
    const { step, bodies, gate } = fetchStep({ concurrency: 4 });
    gate.open();
    const { stream } = stalled(step);
    await quiet();
    assert.equal(bodies.length >= 16, true);
    await ended(stream);
    assert.deepEqual(new Set(bodies.map(({ releases }) => releases)), new Set([1]));
  });

  it('is released when an ordered result waits for an earlier one', async () => {
    const { step, bodies, gate } = fetchStep({ concurrency: 4, ordered: true });
    const { stream } = stalled({
      ...step,
      process: (record) => (record.origin.sequence === 0 ? new Promise<never>(() => {}) : step.process(record)),
    });
    gate.open();
    await quiet();
    assert.equal(bodies.length, 3);
    stream.destroy();
    await quiet();
    assert.deepEqual(new Set(bodies.map(({ releases }) => releases)), new Set([1]));
  });
});

describe('the end', () => {
  it('comes with an error for a result that is neither a record nor an outcome', async () => {
    for (const process of [() => undefined, async () => null] as unknown as UrlStep['process'][]) {
      await assert.rejects(sequencesThrough({ concurrency: 1, process }, 1), /is there no return/);
    }
  });

  it('comes before the beginning for a step that has room for no record', () => {
    for (const concurrency of [0, Number.NaN, undefined as unknown as number]) {
      assert.throws(
        () => concurrentTransform({ concurrency, process: (record) => record }, none()),
        /needs at least 1/,
      );
    }
  });

  it('of an empty input closes the step once', async () => {
    const counted = closeCounter();
    const step: UrlStep = { concurrency: 3, process: (record) => record, close: counted.close };
    assert.deepEqual(await sequencesThrough(step, 0), []);
    assert.equal(counted.closes, 1);
  });

  it('comes after the last record, and the step is closed when nothing is in work', async () => {
    const events: string[] = [];
    const step: UrlStep = {
      concurrency: 3,
      process: async (record) => {
        await nextTurn();
        events.push('processed');
        return record;
      },
      close: () => void events.push('closed'),
    };
    await sequencesThrough(step, 3);
    assert.deepEqual(events, ['processed', 'processed', 'processed', 'closed']);
  });

  it('by an abort waits for what is in work, then closes the step once', async () => {
    const controller = new AbortController();
    const events: string[] = [];
    const gate = new Gate();
    const step: UrlStep = {
      concurrency: 1,
      process: async (record) => {
        controller.abort(new Error('second interrupt'));
        await gate.opened;
        events.push('let go');
        return record;
      },
      close: () => void events.push('closed'),
    };
    const stream = concurrentTransform(step, new RememberedDepartures());
    const end = pipeline(endlessRecords(), stream, devNull(), { signal: controller.signal });
    const rejected = assert.rejects(end, { name: 'AbortError' });
    await quiet();
    assert.deepEqual(events, []);
    gate.open();
    await rejected;
    assert.deepEqual(events, ['let go', 'closed']);
  });

  it('by an abort before the first record closes the step, and none is taken', async () => {
    const counted = closeCounter();
    const step: UrlStep = { concurrency: 1, process: () => assert.fail('taken'), close: counted.close };
    const stream = concurrentTransform(step, new RememberedDepartures());
    const end = pipeline(endlessRecords(), stream, devNull(), { signal: AbortSignal.abort() });
    await assert.rejects(end, { name: 'AbortError' });
    if (!stream.closed) await once(stream, 'close');
    assert.equal(counted.closes, 1);
  });

  it('by an abort is no failure of the records in work', async () => {
    const departures = new RememberedDepartures();
    const gate = new Gate();
    const { stream } = stalled(
      { concurrency: 2, process: (record) => gate.opened.then(() => fail(record)) },
      departures,
    );
    await quiet();
    stream.destroy();
    gate.open();
    await quiet();
    assert.deepEqual(departures.failures, []);
  });

  it('by an error of the step is that error, thrown at once or later', async () => {
    const error = new StageError('SINK_FAILED', 'the disk is full');
    const steps: UrlStep[] = [
      { concurrency: 2, process: () => Promise.reject(error) },
      {
        concurrency: 2,
        process: () => {
          throw error;
        },
      },
    ];
    for (const step of steps) await assert.rejects(sequencesThrough(step, 5), error);
  });

  it('by what is no Error keeps it as the cause', async () => {
    const step: UrlStep = { concurrency: 1, process: () => Promise.reject('a text') };
    await assert.rejects(sequencesThrough(step, 1), { cause: 'a text' });
  });

  it('by an error of close is that error', async () => {
    const error = new StageError('SINK_FAILED', 'not closed');
    const step: UrlStep = { concurrency: 1, process: (record) => record, close: () => Promise.reject(error) };
    await assert.rejects(sequencesThrough(step, 1), error);
  });

  it('of the reader ends the step', async () => {
    const counted = closeCounter();
    const step: UrlStep = { concurrency: 3, process: (record) => record, close: counted.close };
    const stream = endlessRecords().pipe(concurrentTransform(step, new RememberedDepartures()));
    for await (const record of stream) {
      if ((record as UrlRecord).origin.sequence === 20) break;
    }
    await quiet();
    assert.equal(counted.closes, 1);
  });
});

describe('many records at once', () => {
  it('pass a slow reader without a deadlock, far above the high-water mark', async () => {
    const seen: number[] = [];
    const reader = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write: (record: UrlRecord, _encoding, done) => {
        seen.push(record.origin.sequence);
        setImmediate(done);
      },
    });
    const stream = concurrentTransform({ concurrency: 64, process: (record) => record } satisfies UrlStep, none());
    await pipeline(Readable.from(records(1000)), stream, reader);
    assert.deepEqual(
      seen,
      Array.from({ length: 1000 }, (_, index) => index),
    );
  });
});

const failure = new RecordError('dns', 'no such host');

function fail(_record: AnyRecord): never {
  throw failure;
}

function none(): RememberedDepartures {
  return new RememberedDepartures();
}

function* records(count: number): Generator<UrlRecord> {
  for (let sequence = 0; sequence < count; sequence += 1) yield urlRecord(sequence);
}

function endlessRecords(): Readable {
  return Readable.from(records(Number.POSITIVE_INFINITY));
}

/** A `close` of a step that counts its calls. */
function closeCounter() {
  const counter = {
    closes: 0,
    close: () => {
      counter.closes += 1;
    },
  };
  return counter;
}

function devNull(): Writable {
  return new Writable({ objectMode: true, write: (_record, _encoding, done) => done() });
}

function releasesOf({ body }: { readonly body: unknown }): number {
  return (body as FakeBody).releases;
}

/** The sequences of what comes out of the step, in order, when `count` records go in. */
async function sequencesThrough(step: UrlStep, count: number, departures = none()): Promise<number[]> {
  const seen: number[] = [];
  const reader = new Writable({
    objectMode: true,
    write: (record: UrlRecord, _encoding, done) => {
      seen.push(record.origin.sequence);
      done();
    },
  });
  await pipeline(Readable.from(records(count)), concurrentTransform(step, departures), reader);
  return seen;
}

/** The stream of a step with 100 records before it and a reader that never reads; `taken` counts the records the step was given. */
function stalled<Out extends 'url' | 'page'>(
  step: Step<'url', Out>,
  departures = none(),
): { readonly stream: Duplex; readonly taken: () => number } {
  let taken = 0;
  const process: Step<'url', Out>['process'] = (record) => {
    taken += 1;
    return step.process(record);
  };
  const stream = concurrentTransform({ ...step, process }, departures);
  Readable.from(records(100)).pipe(stream);
  // Reading nothing, but asked for more, as a stream is by a pipe that has stalled.
  stream.read(0);
  return { stream, taken: () => taken };
}

async function ended(stream: Duplex): Promise<void> {
  const isClosed = once(stream, 'close');
  stream.destroy();
  await isClosed;
}

interface FetchStep {
  readonly step: Step<'url', 'page'>;
  /** The bodies of the pages it made, in order. */
  readonly bodies: FakeBody[];
  /** Its pages wait for this. */
  readonly gate: Gate;
}

function fetchStep(options: { readonly concurrency: number; readonly ordered?: boolean }): FetchStep {
  const bodies: FakeBody[] = [];
  const gate = new Gate();
  const process = async (record: UrlRecord) => {
    await gate.opened;
    const body = new FakeBody();
    bodies.push(body);
    return pageRecord(record, body);
  };
  return { step: { ...options, process }, bodies, gate };
}
