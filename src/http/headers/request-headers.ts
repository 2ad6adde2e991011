import { ConfigError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { acceptEncoding } from '../decoding/decode.ts';
import type { HostTable } from '../hosts/host-table.ts';
import type { HostOptions } from '../hosts/hosts-option.ts';
import { basicAuthorization, basicAuthorizationOf } from './basic-authorization.ts';
import { fieldProblem, isFieldValue } from './field-options.ts';

/** What is sent, from the user's options. */
export interface HeaderOptions {
  readonly userAgent: string;
  /** Added last; they replace ours of the same name. */
  readonly headers: Readonly<Record<string, string>>;
  /** What else goes to some hosts, and to them alone. */
  readonly hosts?: HostTable<HostOptions> | undefined;
}

/** The request that fields are for: the line's own, or one that a redirect led to. */
export interface HeaderUse {
  readonly url: URL;
  /** Whether its origin is that of the line's own URL, and so were those of all redirects before it. */
  readonly isTrusted: boolean;
  /** Whether a redirect led from https to http on the way: what was meant for an encrypted connection stays at home. */
  readonly isExposed: boolean;
  /** The last URL that named a user, of this very origin. */
  readonly credentials: URL | undefined;
}

const ACCEPT = 'text/html,application/xhtml+xml,*/*;q=0.1';

/** Never sent to an origin that a redirect leads to. */
const SECRET = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** The header fields of requests: names and values in turn, as undici takes them. Arrays are shared: not to be changed. */
export class RequestHeaders {
  /** What is sent as User-Agent where nothing else is said for a host. */
  readonly userAgent: string;
  readonly #lists: FieldLists;
  /** Absent where it is empty: it costs every request a look. */
  readonly #listsOfHosts: HostTable<FieldLists> | undefined;

  /** Errors: ConfigError for a name or value that is no HTTP field, or a field that is ours to set. Values are not shown. */
  constructor({ userAgent, headers, hosts }: HeaderOptions) {
    const problems = problemsOf(headers, 'headers');
    if (!isFieldValue(userAgent)) problems.push('userAgent: must be printable characters without line breaks');
    const ours = new Map([
      ['user-agent', userAgent],
      ['accept', ACCEPT],
      ['accept-encoding', acceptEncoding],
    ]);
    const all = withFields(ours, headers);
    this.userAgent = all.get('user-agent') ?? userAgent;
    const open = new Map([...all].filter(([name]) => !SECRET.has(name)));
    this.#lists = { trusted: listOf(all), other: listOf(open), exposed: listOf(open) };
    const listsOfHosts = hosts?.map((host, pattern) => {
      problems.push(...problemsOf(host.headers, `hosts.${printable(pattern)}.headers`));
      const own =
        host.auth === undefined ? host.headers : { ...host.headers, authorization: basicAuthorization(host.auth) };
      return { trusted: listOf(withFields(all, own)), other: listOf(withFields(open, own)), exposed: listOf(open) };
    });
    this.#listsOfHosts = listsOfHosts?.size === 0 ? undefined : listsOfHosts;
    if (problems.length > 0) throw new ConfigError(problems);
  }

  /**
   * The fields for a request.
   *
   * Secrets of the fields for all hosts go to the line's own origin only, those of a host's entry to that host only.
   * An authorization among them goes before the user that a URL names.
   */
  for({ url, isTrusted, isExposed, credentials }: HeaderUse): string[] {
    const lists = this.#listsOfHosts?.get(url.host) ?? this.#lists;
    const { fields, hasAuthorization } = isTrusted ? lists.trusted : isExposed ? lists.exposed : lists.other;
    if (credentials === undefined || hasAuthorization) return fields;
    return [...fields, 'authorization', basicAuthorizationOf(credentials)];
  }
}

interface FieldList {
  readonly fields: string[];
  readonly hasAuthorization: boolean;
}

/** For the line's own origin, for one that a redirect led to, and for one that it led to out of an encrypted connection. */
interface FieldLists {
  readonly trusted: FieldList;
  readonly other: FieldList;
  readonly exposed: FieldList;
}

function withFields(
  fields: ReadonlyMap<string, string>,
  others: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  return new Map([...fields, ...Object.entries(others).map(([name, value]) => [name.toLowerCase(), value] as const)]);
}

function listOf(fields: ReadonlyMap<string, string>): FieldList {
  return { fields: [...fields].flat(), hasAuthorization: fields.has('authorization') };
}

function problemsOf(headers: Readonly<Record<string, string>>, place: string): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const problem = fieldProblem(name, value);
    return problem === undefined ? [] : [`${place}: ${problem}`];
  });
}
