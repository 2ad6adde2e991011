import { comparablePath, PathPattern } from './path-pattern.ts';

/**
 * The product token of a User-Agent field: the letters, `_` and `-` that it starts with, in lower case (RFC 9309, 2.2.1).
 * Empty where there are none: such a crawler is meant by `*` only.
 */
export function productToken(userAgent: string): string {
  return (/^[a-z_-]*/i.exec(userAgent)?.[0] ?? '').toLowerCase();
}

/**
 * What one robots.txt says to one crawler (RFC 9309): that of the groups for its product token, or of those for `*`.
 *
 * Order: none; of the rules that match the longest counts, and of equally long ones `Allow`. Bound: nothing is kept of
 * the other groups, nor of the file.
 */
export class RobotsRules {
  /** The longest delay between two requests that is asked for, in seconds; undefined where none is. */
  readonly crawlDelaySeconds: number | undefined;
  /** Characters of all patterns: what it costs to keep. */
  readonly size: number;
  readonly #rules: readonly Rule[];

  /** `bytes` are the file's. Lines that are none of ours, or broken, are passed over. `token` as `productToken` gives it. */
  constructor(bytes: Uint8Array, token: string) {
    const { own, any } = readGroups(bytes, token);
    const said = own.isNamed ? own : any;
    // The first that matches is then the one that counts.
    this.#rules = said.rules.sort(
      (one, other) => other.pattern.length - one.pattern.length || Number(other.isAllowed) - Number(one.isAllowed),
    );
    this.crawlDelaySeconds = said.crawlDelaySeconds;
    this.size = said.rules.reduce((sum, { pattern }) => sum + pattern.length, 0);
  }

  /** Whether a URL of the file's origin may be fetched. The file itself always may. */
  allows(url: URL): boolean {
    if (this.#rules.length === 0 || url.pathname === ROBOTS_PATH) return true;
    const path = comparablePath(url.pathname + url.search);
    for (const { pattern, isAllowed } of this.#rules) {
      if (pattern.matches(path)) return isAllowed;
    }
    return true;
  }
}

/** Where the file stands on every origin (RFC 9309, 2.3). */
export const ROBOTS_PATH = '/robots.txt';

interface Rule {
  readonly pattern: PathPattern;
  readonly isAllowed: boolean;
}

/** What all groups for one token say together (RFC 9309, 2.2.1). */
interface Said {
  isNamed: boolean;
  rules: Rule[];
  crawlDelaySeconds: number | undefined;
}

function readGroups(bytes: Uint8Array, token: string): { own: Said; any: Said } {
  const own: Said = { isNamed: false, rules: [], crawlDelaySeconds: undefined };
  const any: Said = { isNamed: false, rules: [], crawlDelaySeconds: undefined };
  let current: Said[] = [];
  let delayed: Said[] = [];
  let hasRules = false;
  let hasDelay = false;
  for (const [key, value] of records(bytes)) {
    if (key === 'user-agent') {
      if (hasRules) current = [];
      if (hasRules || hasDelay) delayed = [];
      hasRules = false;
      hasDelay = false;
      const named = value.startsWith('*') ? any : token !== '' && productToken(value) === token ? own : undefined;
      if (named === undefined) continue;
      named.isNamed = true;
      if (!current.includes(named)) current.push(named);
      if (!delayed.includes(named)) delayed.push(named);
    } else if (key === 'allow' || key === 'disallow') {
      hasRules = true;
      // An empty path is no rule; one that starts otherwise can't match.
      if (!/^[/*]/.test(value) || current.length === 0) continue;
      const rule = { pattern: new PathPattern(value), isAllowed: key === 'allow' };
      for (const said of current) said.rules.push(rule);
    } else if (key === 'crawl-delay') {
      // No rule of the RFC's, so it must not end the group's names (2.2.4); whoever writes it means it to end its own.
      hasDelay = true;
      const seconds = /^\d+(\.\d+)?/.exec(value)?.[0];
      if (seconds === undefined) continue;
      for (const said of delayed) said.crawlDelaySeconds = Math.max(said.crawlDelaySeconds ?? 0, Number(seconds));
    }
  }
  return { own, any };
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const RECORD = /^[ \t]*([a-z-]+)[ \t]*:[ \t]*([^#]*)/i;

/** Keys in lower case, values as bytes, a byte a character. Each is a string of its own, so that none keeps the file. */
function* records(bytes: Uint8Array): Generator<readonly [key: string, value: string]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // A byte order mark.
  let start = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
  while (start < buffer.length) {
    let end = start;
    while (end < buffer.length && buffer[end] !== LINE_FEED && buffer[end] !== CARRIAGE_RETURN) end += 1;
    const [, key, value] = RECORD.exec(buffer.toString('latin1', start, end)) ?? [];
    if (key !== undefined) yield [key.toLowerCase(), (value ?? '').trimEnd()];
    start = end + 1;
  }
}
