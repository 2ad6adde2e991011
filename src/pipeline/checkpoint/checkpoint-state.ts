import { z } from 'zod';

const count = z.int().nonnegative();
const origin = z.strictObject({ sequence: count, input: z.string(), line: count, offset: count });
const knownLine = z.strictObject({ origin, lineHash: z.string() });
const outputState = z.strictObject({ length: count, tail: z.string(), detail: z.json().optional() });

/** Names of steps, and numbers: never a way into another folder. */
const stepFile = z.string().regex(/^[\w-]+$/);

/** The version of a checkpoint's form. Grows with every change of it. */
export const CHECKPOINT_FORMAT = 5;

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
    last: knownLine.nullable(),
    furthest: knownLine.nullable(),
  }),
  /** How far each output is on the disk. */
  outputs: z.strictObject({
    sinks: z.array(outputState),
    failures: outputState.optional(),
    pages: outputState.optional(),
  }),
  /** What each stateful step keeps, in the order of the steps: the state that the lines below the low-water mark have left. */
  steps: z.array(z.json()),
  /** What the names of their files have behind the checkpoint's: `dedupe` for `links.checkpoint.dedupe`. */
  stepFiles: z.array(stepFile),
  totals: z.strictObject({
    read: count,
    linked: count,
    empty: count,
    failed: count,
    skipped: count,
    rows: count,
    bytes: count,
    failedByCode: z.record(z.string(), count),
    skippedByReason: z.record(z.string(), count),
  }),
  /** Time that the runs so far took together. */
  elapsedMs: z.number().nonnegative(),
  /** Whether the input was worked through. */
  isComplete: z.boolean(),
  /** Whether it is to be started over: what it has is only to be known for its own, to be replaced. */
  isDiscarded: z.boolean(),
});

/** A checkpoint. */
export type CheckpointState = z.output<typeof checkpointState>;

/** As much of a checkpoint as is needed to remove what belongs to it, whatever the rest is. */
export const checkpointFiles = z.object({ stepFiles: z.array(stepFile) });
