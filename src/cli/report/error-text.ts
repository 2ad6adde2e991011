import { inspect } from 'node:util';
import { ConfigError, RecordError, StageError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { maskCredentials } from '../../core/urls/credentials.ts';

/**
 * What standard error says of an error that ended a command: one line a problem; the stack only where it is a bug of ours.
 * Credentials of URLs are masked.
 */
export function errorText(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.map(problemLine).join('\n');
  if (error instanceof RecordError || (error instanceof StageError && error.code !== 'ACCOUNTING')) {
    return problemLine(error.message);
  }
  const advice = 'this is a bug in sluice. Please report it with these lines:';
  return `sluice: ${advice}\n${maskCredentials(inspect(error))}`;
}

/** A line of standard error about what went wrong: printable, without the credentials of URLs. */
export function problemLine(text: string): string {
  return `sluice: ${printable(maskCredentials(text))}`;
}
