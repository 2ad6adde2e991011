import type { RecordError } from './errors.ts';
import type { AnyRecord, PageFacts } from './record.ts';

/** Why a line was passed over on purpose: the keys of `skippedByReason` in the summary. Stable names. */
export type SkipReason = 'duplicate' | 'not-html' | 'not-modified' | 'robots' | 'shard';

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

/**
 * Where the framework hands over the records that leave the main stream. Implemented by the run.
 *
 * Both resolve when the outputs have room for more; until then the record still counts as in work,
 * so that a slow failures file slows the run and memory stays bounded.
 */
export interface Departures {
  skipped(record: AnyRecord, skip: Skip): void | Promise<void>;
  failed(record: FailedRecord, error: RecordError): void | Promise<void>;
}

/** The least that is known of a line that failed: a line that is no URL never becomes a record. */
export type FailedRecord = Pick<AnyRecord, 'origin' | 'sourceUrl'>;
