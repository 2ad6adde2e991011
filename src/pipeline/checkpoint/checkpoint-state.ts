import { z } from 'zod';
import { failureCodes } from '../../core/failure-codes.ts';

const count = z.int().nonnegative();
const origin = z.strictObject({ sequence: count, input: z.string(), line: count, offset: count });
const outputState = z.strictObject({ length: count, tail: z.string(), detail: z.json().optional() });

/** The version of a checkpoint's form. Grows with every change of it. */
export const CHECKPOINT_FORMAT = 2;

/** What a checkpoint holds: enough to go on from there and to know that it is the same run. Written by us, read by us. */
export const checkpointState = z.strictObject({
  format: z.literal(CHECKPOINT_FORMAT),
  /** A hash of everything in the pipeline that changes its rows. */
  identity: z.string(),
  /** By what the input is known again: how much of each part was read, and a hash of that. */
  inputs: z.array(z.strictObject({ input: z.string(), bytes: count, hash: z.string() })),
  /** Which lines are done. */
  positions: z.strictObject({
    low: count,
    above: z.array(z.tuple([count, count])),
    last: z.strictObject({ origin, lineHash: z.string() }).nullable(),
  }),
  /** How far each output is on the disk. */
  outputs: z.strictObject({
    sinks: z.array(outputState),
    failures: outputState.optional(),
    pages: outputState.optional(),
  }),
  /** What each stateful step keeps, in the order of the steps: the state that the lines below the low-water mark have left. */
  steps: z.array(z.json()),
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
