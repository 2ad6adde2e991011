import { inspect } from 'node:util';
import { ConfigError, RecordError, StageError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

/** What standard error says of an error that ended a command: one line a problem; the stack only where it is a bug of ours. */
export function errorText(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.map((problem) => `sluice: ${printable(problem)}`).join('\n');
  if (error instanceof RecordError || (error instanceof StageError && error.code !== 'ACCOUNTING')) {
    return `sluice: ${printable(error.message)}`;
  }
  return `sluice: this is a bug in sluice. Please report it with these lines:\n${inspect(error)}`;
}
