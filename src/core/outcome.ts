import type { RecordError } from './errors.ts';
import type { AnyRecord, PageFacts, RecordBase } from './record.ts';
import type { OwnCode } from './user-code/own-code.ts';

/** Why a line was passed over on purpose, where a step of ours did it. Stable names. */
export const skipReasons = [
  'duplicate',
  'filtered',
  'limit',
  'not-html',
  'not-modified',
  'robots',
  'sample',
  'shard',
] as const;

/** Why a line was passed over on purpose: the keys of `skippedByReason` in the summary. One of ours, or one of a step of the user's own. */
export type SkipReason = (typeof skipReasons)[number] | OwnCode;

/** A step's word that a record ends here by intent. Made by `skip`. */
export interface Skip {
  readonly kind: 'skip';
  readonly reason: SkipReason;
  /** What is known of the page, where one was fetched. */
  readonly page?: PageFacts;
}

/** Ends the record: it is counted as skipped for `reason` and goes to no later stage. */
export function skip(reason: SkipReason, page?: PageFacts): Skip {
  return page === undefined ? { kind: 'skip', reason } : { kind: 'skip', reason, page };
}

/** A step's word that it has not begun on a record, or lets go of it half-way, because the run is being stopped. */
export interface Abandon {
  readonly kind: 'abandon';
}

/**
 * Lets go of the record: it counts as not read, and is for the next run. Only once `StageContext.stopSignal` has aborted.
 *
 * What is in flight is finished instead, since the server has had its work already.
 */
export const abandon: Abandon = { kind: 'abandon' };

/**
 * An outcome that is no failure, thrown from where only errors get through: by a live body that was to be fetched again.
 *
 * A step that reads bodies passes it on, as it does a RecordError; it has the effect of the outcome returned.
 */
export class OutcomeError extends Error {
  override readonly name = 'OutcomeError';
  readonly outcome: Skip | Abandon;

  constructor(outcome: Skip | Abandon) {
    super(outcome.kind === 'skip' ? `passed over: ${outcome.reason}` : 'the run is being stopped');
    this.outcome = outcome;
  }
}

/**
 * Where the framework hands over the records that leave the main stream. Implemented by the run.
 *
 * `skipped` and `failed` resolve when the outputs have room for more; until then the record still counts as in work,
 * so that a slow failures file slows the run and memory stays bounded.
 */
export interface Departures {
  skipped(record: AnyRecord, skip: Skip): void | Promise<void>;
  failed(record: FailedRecord, error: RecordError): void | Promise<void>;
  /** The run is being stopped, and the record stays undone. */
  abandoned(record: FailedRecord): void;
}

/** The least that is known of a line that failed: a line that is no URL never becomes a record. */
export type FailedRecord = RecordBase;
