import { RecordError } from '../../core/errors.ts';
import type { FailureCode } from '../../core/failure-codes.ts';
import { isOutOfDescriptors } from '../failure.ts';
import { isOverload, retryAfterMs } from '../retry.ts';
import type { HostReport } from '../scheduling/lease.ts';
import type { Head } from './exchange.ts';

/** Failures that count towards giving up on a host. One that accepts and never answers holds slots longer than any other. */
const UNREACHABLE: ReadonlySet<FailureCode> = new Set([
  'connect-refused',
  'connect-timeout',
  'headers-timeout',
  'deadline',
]);

/**
 * What the end of an exchange says about its host: that it can't be reached, that it is asked too much, or that it answers.
 *
 * A Retry-After is passed on up to `maxRetryAfterMs`. `nowMs` is the time of day.
 */
export function hostReport(
  head: Head | undefined,
  error: Error | undefined,
  maxRetryAfterMs: number,
  nowMs = Date.now(),
): HostReport {
  if (error instanceof RecordError && UNREACHABLE.has(error.code)) {
    return { kind: isOutOfDescriptors(error) ? 'neutral' : 'unreachable' };
  }
  if (head === undefined) return { kind: 'neutral' };
  if (!isOverload(head.status)) return ANSWERED;
  const askedMs = retryAfterMs(head.headers['retry-after'], nowMs);
  const { status } = head;
  if (askedMs === undefined) return { kind: 'overloaded', status };
  return { kind: 'overloaded', status, retryAfterMs: Math.min(askedMs, maxRetryAfterMs) };
}

const ANSWERED: HostReport = { kind: 'answered' };
