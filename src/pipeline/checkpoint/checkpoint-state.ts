import { z } from 'zod';
import { failureCodes } from '../../core/failure-codes.ts';

const count = z.int().nonnegative();
const origin = z.strictObject({ sequence: count, input: z.string(), line: count, offset: count });
const outputState = z.strictObject({ length: count, tail: z.string() });

/** What a checkpoint holds: enough to go on from there and to know that it is the same run. Written by us, read by us. */
export const checkpointState = z.strictObject({
  /** The version of this form. */
  format: z.literal(1),
  /** A hash of everything in the pipeline that changes its rows. */
  identity: z.string(),
  /** By what the input is known again. */
  inputs: z.array(
    z.strictObject({
      input: z.string(),
      head: z.strictObject({ bytes: count, hash: z.string(), size: count }).nullable(),
    }),
  ),
  /** Which lines are done. */
  positions: z.strictObject({
    low: count,
    above: z.array(z.tuple([count, count])),
    last: z.strictObject({ origin, sourceUrl: z.string() }).nullable(),
  }),
  /** How far each output is on the disk. */
  outputs: z.strictObject({
    sink: outputState,
    failures: outputState.optional(),
    pages: outputState.optional(),
  }),
  totals: z.strictObject({
    read: count,
    linked: count,
    empty: count,
    failed: count,
    skipped: count,
    rows: count,
    bytes: count,
    failedByCode: z.partialRecord(z.enum(Object.keys(failureCodes) as [keyof typeof failureCodes]), count),
    skippedByReason: z.record(z.string(), count),
  }),
  /** Time that the runs so far took together. */
  elapsedMs: z.number().nonnegative(),
  /** Whether the input was worked through. */
  isComplete: z.boolean(),
});

/** A checkpoint. */
export type CheckpointState = z.output<typeof checkpointState>;
