import { z } from 'zod';

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const SIZE = /^(\d+(?:\.\d+)?)(B|kB|KB|MB|GB|KiB|MiB|GiB)$/;
const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** The longest duration a Node timer can wait for, in milliseconds (about 24.8 days). */
const MAX_DURATION_MS = 2 ** 31 - 1;

/**
 * An option that is a length of time, written with its unit (`500ms`, `30s`, `5m`, `2h`; `0` needs none).
 * Gives milliseconds, rounded, at most 24 days. Its default is written as a user would: `duration().prefault('30s')`.
 */
export function duration() {
  return writtenDuration()
    .meta({ title: 'duration', anyOf: [{ type: 'string', pattern: `${DURATION.source}|^0$` }, { const: 0 }] })
    .transform((value) => parseDuration(value) ?? 0);
}

/** An option that says how long something may take: a duration as above, but for 0, which would leave no time for anything. */
export function timeLimit() {
  return writtenDuration()
    .refine((value) => parseDuration(value) !== 0, { error: 'expected a duration of more than 0, such as 30s' })
    .meta({ title: 'duration', type: 'string', pattern: DURATION.source })
    .transform((value) => parseDuration(value) ?? 0);
}

/** A duration as it is written. */
function writtenDuration() {
  const isDuration = (value: unknown) => parseDuration(value) !== undefined;
  return z.custom<string | number>(isDuration, { error: 'expected a duration such as 30s', abort: true });
}

/** An option that is a number of bytes, written with its unit (`10MB` is 10,000,000; `10MiB` is 10,485,760). Gives bytes. */
export function size() {
  return z
    .custom<string | number>((value) => parseSize(value) !== undefined, { error: 'expected a size such as 10MB' })
    .meta({ title: 'size', type: 'string', pattern: SIZE.source })
    .transform((value) => parseSize(value) ?? 0);
}

function parseDuration(value: unknown): number | undefined {
  if (value === 0 || value === '0') return 0;
  const ms = parseQuantity(value, DURATION, MS_PER_UNIT);
  return ms === undefined || ms > MAX_DURATION_MS ? undefined : ms;
}

function parseSize(value: unknown): number | undefined {
  const bytes = parseQuantity(value, SIZE, BYTES_PER_UNIT);
  return bytes === undefined || bytes < 1 || bytes > Number.MAX_SAFE_INTEGER ? undefined : bytes;
}

function parseQuantity(value: unknown, form: RegExp, units: Readonly<Record<string, number>>): number | undefined {
  const match = typeof value === 'string' ? form.exec(value) : null;
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN));
}
