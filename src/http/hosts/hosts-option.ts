import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { duration } from '../../core/units.ts';
import { fieldsOption } from '../headers/field-options.ts';
import { HOST_PATTERN_TEXT, HostTable, hostPattern } from './host-table.ts';

/** What is different for some hosts. */
export interface HostOptions {
  /** Beside and in place of those for all hosts. */
  readonly headers: Readonly<Record<string, string>>;
  /** `user:password`, for HTTP's Basic authentication. */
  readonly auth: string | undefined;
  /** Least time between two starts on the host. */
  readonly delayMs: number | undefined;
  /** Requests in flight on the host. */
  readonly perHost: number | undefined;
}

/** The option that is a table of hosts, as it is written: settings and secrets by host. See `readHosts`. */
export function hostsOption() {
  const entry = z.strictObject({
    headers: fieldsOption().default({}),
    auth: z.string().min(1).refine(mayBeUserPass, { error: NO_USER_PASS }).optional(),
    delay: duration().optional(),
    perHost: z.int().positive().optional(),
  });
  return z.record(z.string(), entry).superRefine((table, context) => {
    for (const key of Object.keys(table)) {
      if (hostPattern(key) !== undefined) continue;
      context.addIssue({ code: 'custom', path: [key], message: `is not ${HOST_PATTERN_TEXT}` });
    }
  });
}

/** The option's value, checked. */
export type HostsOption = z.output<ReturnType<typeof hostsOption>>;

/**
 * Makes the table of hosts, and reads the secrets that stand in files: `file:PATH` in the place of `auth` or of a
 * header's value is the file's text, trimmed.
 *
 * Errors: ConfigError for a file that can't be read, for two keys that mean the same host, and for an `auth` without a
 * colon. Nothing of what a file holds is shown.
 */
export function readHosts(option: HostsOption, resolvePath: (path: string) => string): HostTable<HostOptions> {
  const hosts = new Map<string, HostOptions>();
  const problems: string[] = [];
  for (const [key, { headers, auth, delay, perHost }] of Object.entries(option)) {
    const pattern = hostPattern(key) ?? key;
    const place = `hosts.${printable(key)}`;
    if (hosts.has(pattern)) problems.push(`${place}: stands for the same host as an earlier key`);
    const read = (name: string, text: string) => secretText(text, resolvePath, `${place}.${name}`, problems);
    const fields = Object.entries(headers).map(([name, value]) => [name, read(`headers.${name}`, value)] as const);
    const userPass = auth === undefined ? undefined : read('auth', auth);
    if (userPass !== undefined) problems.push(...authProblems(`${place}.auth`, userPass, Object.keys(headers)));
    hosts.set(pattern, { headers: Object.fromEntries(fields), auth: userPass, delayMs: delay, perHost });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return new HostTable(hosts);
}

/** The files that the option names, each with its place in it. */
export function hostFiles(
  option: HostsOption,
): readonly { readonly option: readonly string[]; readonly file: string }[] {
  return Object.entries(option).flatMap(([host, { headers, auth = '' }]) => {
    const fields = Object.entries(headers).map(([name, value]) => [[host, 'headers', name], value] as const);
    return [...fields, [[host, 'auth'], auth] as const]
      .filter(([, text]) => text.startsWith(FILE_PREFIX))
      .map(([place, text]) => ({ option: place, file: text.slice(FILE_PREFIX.length) }));
  });
}

const FILE_PREFIX = 'file:';
const NO_USER_PASS = 'must be user:password';

/** A file that holds it has a colon as well. */
function mayBeUserPass(auth: string): boolean {
  return auth.includes(':');
}

function secretText(text: string, resolvePath: (path: string) => string, place: string, problems: string[]): string {
  if (!text.startsWith(FILE_PREFIX)) return text;
  const path = text.slice(FILE_PREFIX.length);
  try {
    return readFileSync(resolvePath(path), 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    problems.push(`${place}: the file ${printable(path)} can't be read (${reason})`);
    return 'unread:';
  }
}

function authProblems(place: string, userPass: string, headerNames: readonly string[]): string[] {
  const problems: string[] = [];
  // RFC 7617, 2: the first colon ends the user's name.
  if (!userPass.includes(':')) problems.push(`${place}: ${NO_USER_PASS}`);
  if (headerNames.some((name) => name.toLowerCase() === 'authorization')) {
    problems.push(`${place}: stands beside headers.Authorization; give one of them`);
  }
  return problems;
}
