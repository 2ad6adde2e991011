import { RecordError } from '../../core/errors.ts';

/** Failures that another try may heal; the others say that the name has no address. */
const TEMPORARY = new Set([
  'ETIMEOUT',
  'ESERVFAIL',
  'EREFUSED',
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EAI_MEMORY',
  'ENOMEM',
  'ECANCELLED',
]);

/** The failure of a name, `code` being that of node:dns; '' where it had none. */
export function dnsFailure(name: string, code: string, cause?: unknown): RecordError {
  return new RecordError('dns', `${name}: the host name could not be resolved (${code || 'no answer'})`, { cause });
}

/** The failure of a name after so many in a row. Not temporary, as it stands: the next attempt would get the same. */
export function repeatedDnsFailure(name: string, { message }: RecordError, failures: number): RecordError {
  return new RecordError('dns', `${message}; given up on ${name} after ${failures} look-ups in a row`);
}

/** Whether a `dns` failure may be gone at the next attempt (a time-out, a server in trouble), as opposed to a name that does not exist. */
export function isTemporaryDnsFailure(error: RecordError): boolean {
  return error.code === 'dns' && TEMPORARY.has(codeOf(error.cause));
}

/** The `code` of an error; '' where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
