import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { RecordError, StageError } from '../../../src/core/errors.ts';
import { skip } from '../../../src/core/outcome.ts';
import type { UrlRecord } from '../../../src/core/record.ts';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import { type SourceRules, sourceReadable } from '../../../src/core/stage/source-readable.ts';
import type { Source } from '../../../src/core/stage.ts';
import {
  EndlessSource,
  FakeBody,
  Gate,
  pageRecord,
  quiet,
  RememberedDepartures,
  SilentSource,
  urlItem,
} from '../../helpers/pipelines/stages.ts';

describe('a source', () => {
  it('is numbered from 0 over its batches, failed lines included', async () => {
    const run = rules();
    const source = { items: Readable.from([[urlItem(0), brokenItem(1)], [urlItem(2)]]) };
    assert.deepEqual(await sequencesOf(source, run), [0, 2]);
    assert.deepEqual(
      run.departures.failures.map(({ record, error }) => [record.origin.sequence, error.code]),
      [[1, 'invalid-url']],
    );
    assert.deepEqual(run.lines, [0, 1, 2]);
    assert.equal(run.exhaustions, 1);
  });

  for (const skip of [0, 1, 3, 4, 9]) {
    it(`gives nothing of the first ${skip} lines, and numbers those behind from 0`, async () => {
      const run = rules({ skip, limit: 3 });
      const source = { items: Readable.from([[urlItem(0), brokenItem(1), urlItem(2)], [], [urlItem(3), urlItem(4)]]) };
      const records: UrlRecord[] = await sourceReadable(source, run).toArray();
      const failures = run.departures.failures.map(({ record }) => record.origin);
      const seen = [...records.map(({ origin }) => origin), ...failures].map(({ sequence, line }) => [sequence, line]);
      const expected = [1, 2, 3, 4, 5].slice(skip, skip + 3).map((line, sequence) => [sequence, line]);
      assert.deepEqual(
        seen.toSorted(([a = 0], [b = 0]) => a - b),
        expected,
      );
      assert.deepEqual([run.lines.length, run.exhaustions], [expected.length, 1]);
    });
  }

  it('keeps the place and the text of its lines', async () => {
    const item = urlItem(7);
    const [record] = await sourceReadable({ items: Readable.from([[item]]) }, rules()).toArray();
    const { origin, sourceUrl, url } = record as UrlRecord;
    assert.deepEqual({ origin, sourceUrl, url }, { ...item, origin: { sequence: 0, ...item.origin } });
  });

  it('of pages releases those that are skipped, and those that are done', async () => {
    const bodies = [0, 1, 2].map(() => new FakeBody());
    const items = bodies.map((body, index) => {
      const { url: _, ...item } = urlItem(index);
      const response = { finalUrl: item.sourceUrl, status: 200, headers: {}, redirects: [] };
      return { ...item, page: { response, body } } as SourceItem;
    });
    const run = { ...rules({ skip: 1 }), isDone: (sequence: number) => sequence === 0 };
    const records = await sourceReadable({ items: Readable.from([items]) }, run).toArray();
    assert.equal(records.length, 1);
    assert.deepEqual(
      bodies.map(({ releases }) => releases),
      [1, 1, 0],
    );
  });

  it('that is empty is exhausted', async () => {
    const run = rules();
    assert.deepEqual(await sequencesOf({ items: Readable.from([]) }, run), []);
    assert.equal(run.exhaustions, 1);
  });

  it('that breaks is not exhausted, and its error ends the stream', async () => {
    const run = rules();
    const error = new StageError('SOURCE_UNREADABLE', 'list.txt: broken');
    await assert.rejects(sequencesOf({ items: brokenItems(error) }, run), error);
    assert.deepEqual([run.lines, run.exhaustions], [[0], 0]);
  });

  it('is read no further while the failures output has no room', async () => {
    const departures = new RememberedDepartures(() => new Promise<never>(() => {}));
    const source = { items: Readable.from([[brokenItem(0), brokenItem(1)]]) };
    const run = rules({ departures });
    const stream = sourceReadable(source, run);
    stream.read(0);
    await quiet();
    assert.deepEqual(run.lines, [0]);
    stop(run);
  });

  it('is read no further than 16 records and a batch ahead of a reader that has stalled', async () => {
    const run = rules();
    const source = new EndlessSource(10);
    const stream = sourceReadable(source, run);
    stream.read(0);
    await quiet();
    assert.deepEqual([run.lines.length, source.batches], [16, 2]);
    stream.destroy();
    await once(stream, 'close');
    assert.equal(source.isReturned, true);
  });
});

describe('the limit', () => {
  it('counts lines, failed ones too, and is an exhaustion', async () => {
    const run = rules({ limit: 2 });
    const source = { items: Readable.from([[urlItem(0), brokenItem(1), urlItem(2)]]) };
    assert.deepEqual(await sequencesOf(source, run), [0]);
    assert.deepEqual([run.lines, run.exhaustions], [[0, 1], 1]);
  });

  it('closes the source', async () => {
    const source = new EndlessSource(4);
    assert.deepEqual(await sequencesOf(source, rules({ limit: 6 })), [0, 1, 2, 3, 4, 5]);
    assert.deepEqual([source.batches, source.closes, source.isReturned], [2, 1, true]);
  });

  it('of 0 takes nothing', async () => {
    const source = new EndlessSource(1);
    assert.deepEqual(await sequencesOf(source, rules({ limit: 0 })), []);
    assert.equal(source.batches, 0);
  });
});

describe('the stop signal', () => {
  it('ends a source that waits for input, and closes it', async () => {
    const run = rules();
    const source = new SilentSource([[urlItem(0)]]);
    const sequences = sequencesOf(source, run);
    await source.asked.opened;
    stop(run);
    assert.deepEqual(await sequences, [0]);
    assert.deepEqual([source.closes, run.exhaustions], [1, 0]);
  });

  it('ends the reading within a batch', async () => {
    const run = rules();
    const seen: number[] = [];
    for await (const record of sourceReadable(new EndlessSource(1000), run)) {
      seen.push((record as UrlRecord).origin.sequence);
      if (seen.length === 3) stop(run);
    }
    assert.deepEqual(
      seen,
      run.lines.map((_, index) => index),
    );
    assert.equal(run.lines.length < 1000, true);
    assert.equal(run.exhaustions, 0);
  });

  it('that was aborted before keeps the source from being read', async () => {
    const run = rules();
    stop(run);
    const source = new EndlessSource(1);
    assert.deepEqual(await sequencesOf(source, run), []);
    assert.deepEqual([source.batches, source.closes, run.exhaustions], [0, 1, 0]);
  });
});

describe('a source that is taken up', () => {
  it('goes on with the numbers, and passes over the lines that are done, failed ones too', async () => {
    const run = rules({ firstSequence: 7, isDone: (sequence) => sequence !== 8 && sequence !== 11 });
    const items = [
      [urlItem(7), urlItem(8), brokenItem(9)],
      [brokenItem(10), brokenItem(11)],
    ];
    assert.deepEqual(await sequencesOf({ items: Readable.from(items) }, run), [8]);
    assert.deepEqual(run.lines, [7, 8, 9, 10, 11]);
    assert.deepEqual(
      run.departures.failures.map(({ record }) => record.origin.sequence),
      [11],
    );
  });

  it('behind the limit is exhausted, and nothing is read', async () => {
    const source = new EndlessSource(1);
    const run = rules({ firstSequence: 7, limit: 7 });
    assert.deepEqual(await sequencesOf(source, run), []);
    assert.deepEqual([source.batches, run.exhaustions], [0, 1]);
  });
});

describe('a line without room', () => {
  it('waits, and is not read when the run is stopped meanwhile', async () => {
    const gate = new Gate();
    const run = rules({ room: (sequence) => (sequence === 2 ? gate.opened : undefined) });
    const sequences = sequencesOf({ items: Readable.from([[urlItem(0), urlItem(1), urlItem(2)]]) }, run);
    await quiet();
    assert.deepEqual(run.lines, [0, 1]);
    stop(run);
    gate.open();
    assert.deepEqual(
      [await sequences, run.lines],
      [
        [0, 1],
        [0, 1],
      ],
    );
  });

  it('is read when it has room', async () => {
    const gate = new Gate();
    const run = rules({ room: (sequence) => (sequence === 0 ? gate.opened : undefined) });
    const sequences = sequencesOf({ items: Readable.from([[urlItem(0), urlItem(1)]]) }, run);
    await quiet();
    gate.open();
    assert.deepEqual(await sequences, [0, 1]);
  });
});

describe('a line that is refused', () => {
  const isEven = ({ origin }: { readonly origin: { readonly sequence: number } }) => origin.sequence % 2 === 0;
  const refuse: SourceRules['refuse'] = (record) => (isEven(record) ? skip('shard') : undefined);

  it('is read and skipped, and goes no further; a page lets go of its body', async () => {
    const body = new FakeBody();
    const { url: _, ...page } = urlItem(2);
    const { response } = pageRecord({ ...page, origin: { sequence: 2, ...page.origin } }, body);
    const run = rules({ refuse });
    const source = {
      items: Readable.from([[urlItem(0), urlItem(1), { ...page, page: { response, body } }, brokenItem(3)]]),
    };
    assert.deepEqual(await sequencesOf(source, run), [1]);
    const skips = run.departures.skips.map(({ record, skip }) => [
      record.origin.sequence,
      record.sourceUrl,
      skip.reason,
    ]);
    assert.deepEqual(skips, [
      [0, urlItem(0).sourceUrl, 'shard'],
      [2, page.sourceUrl, 'shard'],
    ]);
    assert.deepEqual([run.lines, run.exhaustions, body.releases], [[0, 1, 2, 3], 1, 1]);
  });

  it('is not skipped again where an earlier run has done it', async () => {
    const run = rules({ refuse, isDone: (sequence) => sequence === 0 });
    assert.deepEqual(await sequencesOf({ items: Readable.from([[urlItem(0), urlItem(1)]]) }, run), [1]);
    assert.deepEqual(run.departures.skips, []);
  });

  it('holds up the next one until its outputs have room', async () => {
    const gate = new Gate();
    const run = rules({ refuse, departures: new RememberedDepartures(() => gate.opened) });
    const sequences = sequencesOf({ items: Readable.from([[urlItem(0), urlItem(1)]]) }, run);
    await quiet();
    assert.deepEqual(run.lines, [0]);
    gate.open();
    assert.deepEqual(await sequences, [1]);
  });
});

interface TestRules extends SourceRules {
  readonly departures: RememberedDepartures;
  readonly controller: AbortController;
  readonly lines: number[];
  exhaustions: number;
}

type Given = Partial<Pick<TestRules, 'skip' | 'limit' | 'departures' | 'firstSequence' | 'isDone' | 'room' | 'refuse'>>;

function rules({
  skip = 0,
  limit = Number.POSITIVE_INFINITY,
  departures = new RememberedDepartures(),
  firstSequence = 0,
  isDone = () => false,
  room = () => undefined,
  refuse = () => undefined,
}: Given = {}): TestRules {
  const controller = new AbortController();
  const lines: number[] = [];
  const run: TestRules = {
    controller,
    lines,
    exhaustions: 0,
    firstSequence,
    read: ({ sequence }) => lines.push(sequence),
    isDone,
    room,
    refuse,
    departures,
    skip,
    limit,
    exhausted: () => {
      run.exhaustions += 1;
    },
    stopSignal: controller.signal,
  };
  return run;
}

function stop({ controller }: TestRules): void {
  controller.abort();
}

async function sequencesOf(source: Source, run: TestRules): Promise<number[]> {
  const records: UrlRecord[] = await sourceReadable(source, run).toArray();
  return records.map(({ origin }) => origin.sequence);
}

function brokenItem(sequence: number): SourceItem {
  const { origin } = urlItem(sequence);
  return { origin, sourceUrl: '::', error: new RecordError('invalid-url', '"::": expected an absolute URL') };
}

async function* brokenItems(error: Error): AsyncGenerator<readonly SourceItem[]> {
  yield [urlItem(0)];
  await quiet();
  throw error;
}
