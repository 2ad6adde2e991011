import { RecordError } from '../../core/errors.ts';
import type { FailureCode } from '../../core/failure-codes.ts';
import { withoutCredentials } from '../redirects.ts';
import { type Kept, RobotsCache } from './robots-cache.ts';
import { ROBOTS_PATH, RobotsRules } from './robots-rules.ts';

/** What a gate needs. */
export interface RobotsGateOptions {
  /** As `productToken` gives it. */
  readonly token: string;
  /** The longest crawl-delay that is kept to; a longer one counts as this. */
  readonly maxCrawlDelayMs: number;
  /** Gets the file of an origin. Errors: RecordError. */
  download(origin: string): Promise<Uint8Array>;
  /** Told before each request that a host wants its requests `delayMs` apart; `sinceMs` is when it was last asked. */
  keepApart(host: string, delayMs: number, sinceMs: number): void;
  /** In milliseconds, never going back; `performance.now` unless given. */
  readonly now?: () => number;
}

/** RFC 9309, 2.4: not longer than 24 hours. */
const RULES_KEPT_MS = 24 * 3_600_000;
/** After this long a file that could not be had is asked for again. */
const TROUBLE_KEPT_MS = 600_000;
/** About 40 MB where every file is as long as the average one of a busy site; a run needs those of the hosts in its window. */
const CACHE_BOUNDS = { maxOrigins: 20_000, maxSize: 20_000_000 };

/**
 * Lets requests pass that robots.txt allows (RFC 9309).
 *
 * Each origin's file is got once, by whoever comes first, and kept for 24 hours within bounds. A file that isn't there
 * (4xx, but for 429; redirects without end) allows everything. One that the server fails to give (5xx, 429)
 * allows nothing for ten minutes; where the server can't be reached at all, its URLs fail for that reason for as long.
 */
export class RobotsGate {
  readonly #options: RobotsGateOptions;
  readonly #now: () => number;
  readonly #cache = new RobotsCache<Standing>(CACHE_BOUNDS);
  /** Bound: one an origin that URLs in hand wait for. */
  readonly #pending = new Map<string, Promise<Standing>>();

  constructor(options: RobotsGateOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * Returns, or resolves, where the URL may be asked for now. The answer is without a promise where the file is known.
   *
   * Errors: RecordError `robots` where it may not; that of the file where its server can't be reached.
   */
  permit(url: URL): void | Promise<void> {
    if (url.pathname === ROBOTS_PATH) return undefined;
    const { origin } = url;
    const known = this.#cache.get(origin, this.#now());
    if (known !== undefined) return this.#apply(known, url);
    return this.#standingOf(origin).then((standing) => this.#apply(standing, url));
  }

  #apply({ rules, trouble, sinceMs }: Standing, url: URL): void {
    if (rules === undefined) throw trouble;
    if (!rules.allows(url)) {
      throw new RecordError('robots', `${withoutCredentials(url)}: ${url.origin}${ROBOTS_PATH} does not allow it`);
    }
    if (rules.crawlDelaySeconds === undefined) return;
    const delayMs = Math.min(rules.crawlDelaySeconds * 1_000, this.#options.maxCrawlDelayMs);
    this.#options.keepApart(url.host, delayMs, sinceMs);
  }

  #standingOf(origin: string): Promise<Standing> {
    const pending = this.#pending.get(origin);
    if (pending !== undefined) return pending;
    const learnt = this.#learn(origin).finally(() => this.#pending.delete(origin));
    this.#pending.set(origin, learnt);
    return learnt;
  }

  async #learn(origin: string): Promise<Standing> {
    const { token, download } = this.#options;
    const outcome = await download(origin).then(
      (bytes) => ({ rules: new RobotsRules(bytes, token), trouble: undefined }),
      (error: unknown) => outcomeOf(error, origin),
    );
    const sinceMs = this.#now();
    const keptMs = outcome.trouble === undefined ? RULES_KEPT_MS : TROUBLE_KEPT_MS;
    const standing = { ...outcome, sinceMs, expiresAtMs: sinceMs + keptMs, size: outcome.rules?.size ?? 0 };
    this.#cache.set(origin, standing);
    return standing;
  }
}

/** What the file says, or why nothing may be fetched without it. */
type Outcome =
  | { readonly rules: RobotsRules; readonly trouble: undefined }
  | { readonly rules: undefined; readonly trouble: RecordError };

/** `sinceMs`: when the file had come. */
type Standing = Outcome & Kept & { readonly sinceMs: number };

const NO_RULES = new RobotsRules(new Uint8Array(), '');

/** The server has answered, but with no file (RFC 9309, 2.3.1.2 and 2.3.1.3). */
const ABSENT: ReadonlySet<FailureCode> = new Set([
  'too-many-redirects',
  'redirect-loop',
  'bad-redirect',
  'unsupported-scheme',
]);
/** They say nothing about the file, so nothing is remembered. */
const PASSING: ReadonlySet<FailureCode> = new Set(['cancelled', 'host-down']);
const TOO_MANY_REQUESTS = 429;

function outcomeOf(error: unknown, origin: string): Outcome {
  if (!(error instanceof RecordError) || PASSING.has(error.code)) throw error;
  // Nor does a status without a request: its host was given up on.
  if (error.code === 'http-status' && error.facts.attempts === 0) throw error;
  if (ABSENT.has(error.code)) return { rules: NO_RULES, trouble: undefined };
  // Without what is known of the file's own request, and of the sockets behind it: this is kept.
  if (error.code !== 'http-status') return { rules: undefined, trouble: new RecordError(error.code, error.message) };
  const { status = 0 } = error.facts;
  if (status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS) return { rules: NO_RULES, trouble: undefined };
  const text = `${origin}${ROBOTS_PATH}: answered with status ${status}, so nothing may be fetched for now`;
  return { rules: undefined, trouble: new RecordError('robots', text) };
}
