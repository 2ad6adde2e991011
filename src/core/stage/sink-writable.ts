import { Writable } from 'node:stream';
import type { LinksRecord } from '../record.ts';

/** Records that wait for the sink. Each holds its page's rows. */
const HIGH_WATER_MARK = 16;

/**
 * Makes the Node stream at the end of a pipeline: hands each record to `settle`, in order of arrival.
 *
 * Bound: 16 records wait. Backpressure: the next record is taken when the promise of the one before has resolved.
 * Errors: what `settle` throws ends the pipeline.
 */
export function sinkWritable(settle: (record: LinksRecord) => void | Promise<void>): Writable {
  return new Writable({
    objectMode: true,
    highWaterMark: HIGH_WATER_MARK,
    write(record: LinksRecord, _encoding, done) {
      let room: void | Promise<void>;
      try {
        room = settle(record);
      } catch (error) {
        done(error as Error);
        return;
      }
      if (room === undefined) done();
      else room.then(() => done(), done);
    },
  });
}
