import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { it } from 'node:test';
import { StageError } from '../../../src/core/errors.ts';
import type { LinksRecord } from '../../../src/core/record.ts';
import { sinkWritable } from '../../../src/core/stage/sink-writable.ts';
import { Gate, linksRecord, quiet, urlRecord } from '../../helpers/pipelines/stages.ts';

it('records are settled in order, each when the one before has room', async () => {
  const events: string[] = [];
  const sink = sinkWritable(async ({ origin }) => {
    events.push(`${origin.sequence} begins`);
    await quiet();
    events.push(`${origin.sequence} ends`);
  });
  await pipeline(Readable.from(pages(3)), sink);
  assert.deepEqual(events, ['0 begins', '0 ends', '1 begins', '1 ends', '2 begins', '2 ends']);
});

it('a settlement that has room at once is waited for by nobody', async () => {
  const settled: number[] = [];
  await pipeline(
    Readable.from(pages(40)),
    sinkWritable(({ origin }) => void settled.push(origin.sequence)),
  );
  assert.equal(settled.length, 40);
});

it('16 records are taken while the first has no room yet', async () => {
  const gate = new Gate();
  let taken = 0;
  const source = Readable.from(counted(), { highWaterMark: 1 });
  function* counted(): Generator<LinksRecord> {
    for (const page of pages(100)) {
      taken += 1;
      yield page;
    }
  }
  const end = pipeline(
    source,
    sinkWritable(() => gate.opened),
  );
  await quiet();
  // 16 here, and one that the source has ready.
  assert.equal(taken, 17);
  gate.open();
  await end;
});

it('what a settlement throws, at once or later, ends the pipeline', async () => {
  const full = new StageError('SINK_FAILED', 'the disk is full');
  const settlements: (() => Promise<void>)[] = [
    () => Promise.reject(full),
    () => {
      throw full;
    },
  ];
  for (const settle of settlements) await assert.rejects(pipeline(Readable.from(pages(3)), sinkWritable(settle)), full);
});

function* pages(count: number): Generator<LinksRecord> {
  for (let sequence = 0; sequence < count; sequence += 1) yield linksRecord(urlRecord(sequence));
}
