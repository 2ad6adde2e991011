import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { concurrentTransform } from '../../src/core/concurrent-transform.ts';
import { abandon, OutcomeError, skip } from '../../src/core/outcome.ts';
import type { UrlRecord } from '../../src/core/record.ts';
import type { Step } from '../../src/core/stage.ts';
import { FakeBody, pageRecord, quiet, RememberedDepartures, urlRecord } from '../helpers/pipelines/stages.ts';

type UrlStep = Step<'url', 'url'>;

describe('a record that is let go of', () => {
  it('is told to the departures, and the others go on', async () => {
    const departures = new RememberedDepartures();
    const step: UrlStep = {
      concurrency: 2,
      process: async (record) => (record.origin.sequence % 2 === 0 ? abandon : record),
    };
    assert.deepEqual(await through(step, 5, departures), [1, 3]);
    assert.deepEqual(sequences(departures.abandons), [0, 2, 4]);
    assert.deepEqual([departures.failures, departures.skips], [[], []]);
  });

  it('leaves no gap in an ordered step', async () => {
    const departures = new RememberedDepartures();
    const process: UrlStep['process'] = (record) => (record.origin.sequence === 0 ? abandon : record);
    assert.deepEqual(await through({ concurrency: 3, ordered: true, process }, 3, departures), [1, 2]);
  });

  it('releases what it holds', async () => {
    const body = new FakeBody();
    const stream = concurrentTransform({ concurrency: 1, process: () => abandon }, new RememberedDepartures());
    await pipeline(Readable.from([pageRecord(urlRecord(0), body)]), stream, devNull());
    assert.equal(body.releases, 1);
  });
});

describe('an outcome that is thrown', () => {
  it('counts as if it were returned', async () => {
    const departures = new RememberedDepartures();
    const step: UrlStep = {
      concurrency: 2,
      process: ({ origin }) => {
        throw new OutcomeError(origin.sequence === 0 ? abandon : skip('robots'));
      },
    };
    assert.deepEqual(await through(step, 2, departures), []);
    assert.deepEqual(sequences(departures.abandons), [0]);
    assert.deepEqual(
      departures.skips.map(({ record, skip: { reason } }) => [record.origin.sequence, reason]),
      [[1, 'robots']],
    );
  });
});

describe('a concurrency that grows', () => {
  it('lets more in when the step tells, though nothing was taken or given', async () => {
    let concurrency = 2;
    let taken = 0;
    let tell: () => void = () => assert.fail('the step was not asked');
    const step: UrlStep = {
      get concurrency() {
        return concurrency;
      },
      onRoom: (given) => {
        tell = given;
      },
      process: () => {
        taken += 1;
        return new Promise<never>(() => {});
      },
    };
    const stream = concurrentTransform(step, new RememberedDepartures());
    Readable.from(records(10)).pipe(stream);
    await quiet();
    assert.equal(taken, 2);
    concurrency = 5;
    tell();
    await quiet();
    assert.equal(taken, 5);
    concurrency = 3;
    tell();
    await quiet();
    assert.equal(taken, 5);
  });
});

async function through(step: UrlStep, count: number, departures: RememberedDepartures): Promise<number[]> {
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

function records(count: number): UrlRecord[] {
  return Array.from({ length: count }, (_, sequence) => urlRecord(sequence));
}

function sequences(list: RememberedDepartures['abandons']): number[] {
  return list.map(({ origin }) => origin.sequence);
}

function devNull(): Writable {
  return new Writable({ objectMode: true, write: (_record, _encoding, done) => done() });
}
