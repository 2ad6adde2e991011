import type { WireRequest } from '../../core/wire.ts';
import type { Table } from '../run/captured-outputs.ts';

/** A request as it was made. */
export type SentRequest = Pick<WireRequest, 'url' | 'headers'>;

/** A request as it is expected, by `url` and the names of header fields. */
export type ExpectedRequest = Readonly<Record<string, string | null>>;

/** Requests as rows: those that are expected, by lower-case names, and those that were made, in the columns that they name. */
export interface RequestRows {
  readonly expected: ExpectedRequest[];
  readonly table: Table;
}

/** Gives requests as rows that can be compared. A field that was not sent is null. */
export function requestRows(expected: readonly ExpectedRequest[], sent: readonly SentRequest[]): RequestRows {
  const lowered = expected.map((request) =>
    Object.fromEntries(Object.entries(request).map(([name, value]) => [name.toLowerCase(), value])),
  );
  const names = [...new Set(lowered.flatMap((request) => Object.keys(request)))].filter((name) => name !== 'url');
  const rows = sent.map(({ url, headers }) => [url, ...names.map((name) => headers[name] ?? null)]);
  return { expected: lowered, table: { columns: ['url', ...names], rows } };
}
