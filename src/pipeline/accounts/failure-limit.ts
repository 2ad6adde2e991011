import type { MaxFailures } from '../document-keys.ts';
import type { Totals } from './ledger.ts';

/**
 * Whether a run that was worked through is a success: not more lines failed than the limit allows.
 * Without one, it is none when every line that was tried failed.
 */
export function isWithinFailureLimit(totals: Totals, limit: MaxFailures | undefined): boolean {
  if (limit === undefined) {
    const { duplicate = 0, shard = 0 } = totals.skippedByReason;
    return totals.failed === 0 || totals.failed < totals.read - duplicate - shard;
  }
  return totals.failed <= ('count' in limit ? limit.count : (totals.read * limit.percent) / 100);
}
