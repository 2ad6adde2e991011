import { StageError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { maskLineCredentials } from '../../core/urls/credentials.ts';

/** A line of a file, for messages. */
export interface FileLine {
  /** The file as the user named it. */
  readonly name: string;
  /** 1-based. */
  readonly line: number;
}

/** Makes sure that a table has columns. Errors: StageError `SOURCE_UNREADABLE`, with the place and those that there are. */
export function requireColumns(found: readonly string[], required: readonly string[], { name, line }: FileLine): void {
  const missing = required.filter((column) => !found.includes(column));
  if (missing.length === 0) return;
  // A list without a header has a URL there.
  const list = found.length === 0 ? 'none' : printable(found.map(maskLineCredentials).join(', '), 200);
  throw new StageError(
    'SOURCE_UNREADABLE',
    `${name}:${line}: no column ${missing.join(', ')}; columns found: ${list}.`,
  );
}
