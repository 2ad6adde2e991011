import type { RecordError } from '../core/errors.ts';
import { type FailureCode, failureCodes } from '../core/failure-codes.ts';
import type { StageNote } from '../core/stage/stage-note.ts';
import { isTemporaryDnsFailure } from './dns/dns-failure.ts';

/**
 * Which failures another attempt may heal. What is not named here never is retried: the answer would be the same
 * (a status, a bad certificate, a name that does not exist), or trying again costs too much (a deadline).
 */
export const retriedCodes: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'dns',
  'connect-refused',
  'connect-timeout',
  'headers-timeout',
  'idle-timeout',
  'reset',
]);

/** Final statuses that another attempt may heal (RFC 9110, 15; 425: RFC 8470, 429: RFC 6585). */
const retriedStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whether a status says that the host has too much to do (RFC 6585, 4; RFC 9110, 15.6.4). */
export function isOverload(status: number | undefined): boolean {
  return status === 429 || status === 503;
}

/** The end of a failure's message where the server asks for a longer wait than is waited for: what it asked for, and what follows. */
export function tooLongWait(status: number | undefined, askedMs: number, maxRetryAfterMs: number): string {
  const bound = `longer than maxRetryAfter (${maxRetryAfterMs / 1_000}s)`;
  const isHeld = isOverload(status) && maxRetryAfterMs > 0;
  return `, to be asked again in ${Math.ceil(askedMs / 1_000)}s, ${bound}${isHeld ? ', for which its host is left alone' : ''}`;
}

/** Whether another attempt may heal a failure, by the two tables above; of `dns` only what is no final answer. */
export function isWorthRetrying(error: RecordError): boolean {
  if (error.code === 'http-status') return retriedStatuses.has(error.facts.status ?? 0);
  if (error.code === 'dns') return isTemporaryDnsFailure(error);
  return retriedCodes.has(error.code);
}

const BACK_OFF_BASE_MS = 500;
const BACK_OFF_MAX_MS = 30_000;

/**
 * How long to wait before the next attempt, in milliseconds: exponential with full jitter, at most 30 s.
 *
 * `attempts` counts those made so far, from 1. `random` gives 0 to 1.
 */
export function backOffMs(attempts: number, random: () => number = Math.random): number {
  return random() * Math.min(BACK_OFF_MAX_MS, BACK_OFF_BASE_MS * 2 ** (attempts - 1));
}

/** The tables above, and how long is waited, for the reference. */
export const retryNote: StageNote = {
  heading: 'Tried again',
  rows: [
    ['again', describedCodes(codesWhere((code) => retriedCodes.has(code) || code === 'http-status'))],
    ['never', codesWhere((code) => !retriedCodes.has(code) && code !== 'http-status').join(', ')],
    [
      'after',
      `at random up to ${BACK_OFF_BASE_MS}ms, twice as long each time, up to ${BACK_OFF_MAX_MS / 1_000}s; Retry-After where it is longer`,
    ],
    [
      'overloaded',
      "A host that answers 429 or 503 gets one request at a time, and none for 1s, twice as long each time, up to 60s, or for its Retry-After. One that answers nothing else for maxOverload, three times in a row or more, is given up on for a minute, as is one that can't be reached; sooner where too many URLs wait for such hosts.",
    ],
  ],
};

function codesWhere(isWanted: (code: FailureCode) => boolean): readonly FailureCode[] {
  return (Object.keys(failureCodes) as FailureCode[]).filter(isWanted);
}

function describedCodes(codes: readonly FailureCode[]): string {
  const conditions: Partial<Record<FailureCode, string>> = {
    dns: 'unless the name does not exist',
    'http-status': [...retriedStatuses].join(', '),
  };
  return codes.map((code) => (code in conditions ? `${code} (${conditions[code]})` : code)).join(', ');
}

const IMF_DATE = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

/**
 * The wait that a Retry-After field asks for, in milliseconds from now; undefined where there is none or it is unreadable.
 *
 * Servers send seconds or a date here (RFC 9110, 10.2.3). A date that has passed is 0. `nowMs` is the time of day.
 */
export function retryAfterMs(field: string | readonly string[] | undefined, nowMs: number): number | undefined {
  const value = (typeof field === 'string' ? field : field?.[0])?.trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  if (!IMF_DATE.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
