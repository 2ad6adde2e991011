import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { concurrentTransform } from '../../src/core/concurrent-transform.ts';
import { RecordError, StageError } from '../../src/core/errors.ts';
import { skip } from '../../src/core/outcome.ts';
import type { AnyRecord, PageRecord, UrlRecord } from '../../src/core/record.ts';
import type { Step } from '../../src/core/stage.ts';
import {
  FakeBody,
  linksRecord,
  pageRecord,
  quiet,
  RememberedDepartures,
  urlRecord,
} from '../helpers/pipelines/stages.ts';

/** What a step makes of one record: how, and after how many turns of the event loop; 0 is at once, without a promise. */
interface Fate {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly turns: number;
}

const fates = fc.array(
  fc.record({ outcome: fc.constantFrom('passed', 'passed', 'failed', 'skipped'), turns: fc.nat({ max: 4 }) }),
  { maxLength: 60 },
);

it('every record ends exactly once, for any durations, outcomes, limits and readers, in order where asked for', async () => {
  const anyRun = fc.record({
    fates,
    concurrency: fc.integer({ min: 1, max: 20 }),
    isOrdered: fc.boolean(),
    readerTurns: fc.nat({ max: 3 }),
    roomTurns: fc.nat({ max: 2 }),
  });
  const holds = fc.asyncProperty(anyRun, async ({ fates, concurrency, isOrdered, readerTurns, roomTurns }) => {
    const departures = new RememberedDepartures(() => turns(roomTurns));
    const { reader, sequences } = slowReader(readerTurns);
    const counter = { now: 0, most: 0 };
    const process: Step<'url', 'url'>['process'] = (record) => {
      const { outcome, turns: duration } = fates[record.origin.sequence] as Fate;
      if (duration === 0) return resultOf(record, outcome);
      counter.now += 1;
      counter.most = Math.max(counter.most, counter.now);
      return turns(duration).then(() => {
        counter.now -= 1;
        return resultOf(record, outcome);
      });
    };
    const step = { concurrency, ordered: isOrdered, process };
    await pipeline(Readable.from(urls(fates.length)), concurrentTransform(step, departures), reader);
    const failed = departures.failures.map(({ record }) => record.origin.sequence);
    const skipped = departures.skips.map(({ record }) => record.origin.sequence);
    assert.deepEqual(sorted(sequences), placesOf(fates, 'passed'));
    assert.deepEqual(sorted(failed), placesOf(fates, 'failed'));
    assert.deepEqual(sorted(skipped), placesOf(fates, 'skipped'));
    if (isOrdered) assert.deepEqual(sequences, sorted(sequences));
    assert.equal(counter.most <= concurrency, true);
  });
  await fc.assert(holds, { numRuns: 150 });
});

it('every page is read or released, wherever and whenever the run breaks', async () => {
  const anyRun = fc.record({
    fetchConcurrency: fc.integer({ min: 1, max: 8 }),
    readConcurrency: fc.integer({ min: 1, max: 8 }),
    isOrdered: fc.boolean(),
    fates,
    breaks: fc.constantFrom('abort', 'reader', 'sink', 'nothing'),
    breaksAt: fc.nat({ max: 40 }),
  });
  const holds = fc.asyncProperty(
    anyRun,
    async ({ fates, fetchConcurrency, readConcurrency, isOrdered, breaks, breaksAt }) => {
      const bodies: FakeBody[] = [];
      const controller = new AbortController();
      const breakDown = (place: string, sequence: number) => {
        if (breaks === place && sequence >= breaksAt) throw new StageError('SINK_FAILED', place);
        if (breaks === 'abort' && sequence >= breaksAt) controller.abort();
      };
      const fetch: Step<'url', 'page'> = {
        concurrency: fetchConcurrency,
        ordered: isOrdered,
        process: async (record) => {
          await turns(fates[record.origin.sequence]?.turns ?? 0);
          const body = new FakeBody();
          bodies.push(body);
          return pageRecord(record, body);
        },
      };
      const read: Step<'page', 'links'> = {
        concurrency: readConcurrency,
        process: (record) => {
          const { outcome } = fates[record.origin.sequence] as Fate;
          breakDown('reader', record.origin.sequence);
          return outcome === 'passed' ? readPage(record) : resultOf<never>(record as never, outcome);
        },
      };
      const sink = new Writable({
        objectMode: true,
        highWaterMark: 2,
        write: (record: AnyRecord, _encoding, done) => {
          try {
            breakDown('sink', record.origin.sequence);
            setImmediate(done);
          } catch (error) {
            done(error as Error);
          }
        },
      });
      const departures = new RememberedDepartures();
      const steps = [concurrentTransform(fetch, departures), concurrentTransform(read, departures)] as const;
      await pipeline(Readable.from(urls(fates.length)), ...steps, sink, { signal: controller.signal }).catch(() => {});
      await quiet();
      assert.deepEqual(
        bodies.filter((body) => body.isOpen),
        [],
      );
      assert.equal(Math.max(0, ...bodies.map(({ reads }) => reads)) <= 1, true);
    },
  );
  await fc.assert(holds, { numRuns: 150 });
});

const failure = new RecordError('reset', 'the connection broke');

function resultOf<Record extends AnyRecord>(record: Record, outcome: Fate['outcome']) {
  if (outcome === 'failed') throw failure;
  return outcome === 'skipped' ? skip('not-html') : record;
}

async function readPage(record: PageRecord) {
  await record.body.read(() => ({ write: () => {}, end: () => 0 }));
  return linksRecord(record);
}

function placesOf(fates: readonly Fate[], outcome: Fate['outcome']): number[] {
  return fates.flatMap((fate, index) => (fate.outcome === outcome ? [index] : []));
}

function sorted(sequences: readonly number[]): number[] {
  return sequences.toSorted((left, right) => left - right);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

function* urls(count: number): Generator<UrlRecord> {
  for (let sequence = 0; sequence < count; sequence += 1) yield urlRecord(sequence);
}

/** A reader that takes one record at a time, each for so many turns, and remembers their sequences. */
function slowReader(count: number): { readonly reader: Writable; readonly sequences: number[] } {
  const sequences: number[] = [];
  const reader = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write: (record: UrlRecord, _encoding, done) => {
      sequences.push(record.origin.sequence);
      turns(count).then(() => done(), done);
    },
  });
  return { reader, sequences };
}
