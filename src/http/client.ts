import { type Clock, systemClock } from '../core/clock.ts';
import { RecordError } from '../core/errors.ts';
import type { LiveBody, PageResponse } from '../core/record.ts';
import { partOf } from '../core/worker-share.ts';
import { AddressGuard } from './addresses/address-guard.ts';
import { Destinations } from './addresses/destinations.ts';
import type { ClientOptions } from './client-options.ts';
import { Connections } from './connection/connections.ts';
import { idleWithinLimit, openFilesLimit } from './connection/descriptors.ts';
import type { Cookies } from './cookies/cookies.ts';
import { NameResolver } from './dns/name-resolver.ts';
import { Evictions } from './exchange/evictions.ts';
import type { Exchange } from './exchange/exchange.ts';
import { hostReport } from './exchange/host-report.ts';
import { PageBody } from './exchange/page-body.ts';
import { Watch } from './exchange/watch.ts';
import { RequestHeaders } from './headers/request-headers.ts';
import { HostScheduler } from './host-scheduler.ts';
import { HostTable } from './hosts/host-table.ts';
import type { HostOptions } from './hosts/hosts-option.ts';
import { downloadRobots } from './robots/robots-download.ts';
import { RobotsGate } from './robots/robots-gate.ts';
import { productToken } from './robots/robots-rules.ts';
import { SharedTurns } from './scheduling/shared-turns.ts';
import type { Turns } from './scheduling/turns.ts';
import { Condition, type KnownValidators } from './validators/validators.ts';
import { type Answer, Visit } from './visit.ts';
import type { VisitContext } from './visit-context.ts';

/** A page whose header has come. Its body is read or released exactly once. */
export interface FetchedPage {
  readonly response: PageResponse;
  readonly body: LiveBody;
}

/** Connections that are kept open for further use beside those in use, where the limit of open files has room for them. */
const IDLE_CONNECTIONS_MAX = 256;

/**
 * Fetches pages: politely, within bounds of time and memory, from public addresses only unless told otherwise.
 *
 * Bound: `concurrency` requests; each holds its slot from its start until its body has been read or released.
 * Ends: when `signal` aborts, everything in flight is closed at once and fails with `cancelled`.
 * Errors: RecordError with one of the stable codes and the facts known so far. ConfigError from the constructor.
 */
export class HttpClient {
  readonly #options: ClientOptions;
  readonly #clock: Clock;
  readonly #scheduler: HostScheduler;
  readonly #turns: Turns;
  readonly #resolver: NameResolver;
  readonly #connections: Connections;
  readonly #watch: Watch<Exchange>;
  readonly #context: VisitContext;
  readonly #evictions = new Evictions();

  constructor(options: ClientOptions, signal: AbortSignal) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const hosts = options.hosts ?? new HostTable<HostOptions>([]);
    const headers = new RequestHeaders({ ...options, hosts });
    const { share } = options;
    const concurrency = partOf(options.concurrency, share);
    this.#scheduler = new HostScheduler({ ...options, concurrency, limitsOf: (host) => hosts.get(host) });
    this.#turns =
      share === undefined ? this.#scheduler : new SharedTurns(this.#scheduler, share, () => this.#clock.now());
    const guard = new AddressGuard(options);
    this.#resolver = this.#createResolver(guard);
    const { proxies, wire } = options;
    // Nor has a wire a use for addresses.
    const isProxied = wire === undefined ? proxies && ((url: URL) => proxies.for(url) !== undefined) : () => true;
    const destinations = new Destinations({ guard, resolver: this.#resolver, isProxied });
    this.#connections = this.#createConnections(guard);
    const { timeoutMs, connectTimeoutMs, headersTimeoutMs, idleTimeoutMs } = options;
    const shortestMs = Math.min(timeoutMs, connectTimeoutMs, headersTimeoutMs, idleTimeoutMs);
    this.#watch = new Watch(shortestMs, () => this.#evictions.evict(this.#watch.live), this.#clock);
    this.#context = {
      ...options,
      clock: this.#clock,
      headers,
      turns: this.#turns,
      destinations,
      cookies: options.cookies === true ? newCookies(this.#clock) : undefined,
      types: options.accept ?? ['html'],
      permit: this.#permit(headers.userAgent, hosts),
      exchange: this.#exchangeContext(),
      signal,
    };
    if (signal.aborted) this.#cancel();
    else signal.addEventListener('abort', this.#cancel, { once: true });
  }

  /** Requests in flight, bodies included. */
  get inFlight(): number {
    return this.#scheduler.inFlight;
  }

  /** URLs that wait for hosts that answer nothing but 429 and 503 now. */
  get deferred(): number {
    return this.#scheduler.deferred;
  }

  /** Has `tell` called when `deferred` has grown. */
  whenDeferred(tell: () => void): void {
    this.#scheduler.onDeferred = tell;
  }

  /** Connections that are kept for further use now. */
  get idleConnections(): number {
    return this.#connections.idleCount;
  }

  /**
   * Fetches a page as far as its header. Follows redirects, tries again where that helps. `url` must be http(s).
   *
   * `known` tells what an earlier run knows of the pages that the URL may lead to. One that has not changed since is
   * not fetched: NotModified is thrown.
   */
  fetch(url: URL, known?: KnownValidators): Promise<FetchedPage> {
    const visit = new Visit(this.#context, url, known && new Condition(known));
    return visit.open().then((answer) => ({
      response: answer.response,
      body: new PageBody(visit, answer, this.#context, this.#reopen),
    }));
  }

  /** Begins no attempt any more: what waits to begin one fails with `cancelled`, and what is under way goes on. */
  readonly stop = (): void => {
    this.#scheduler.stop();
    this.#resolver.cancel();
  };

  /** No more pages will be fetched. Bodies that are still read go on, with further attempts where they need them. */
  close(): void {
    this.#connections.close();
  }

  #createConnections(guard: AddressGuard): Connections {
    const { wire, http2, insecure, ca, proxies, concurrency, share } = this.#options;
    const idle = idleWithinLimit({ concurrency, idle: IDLE_CONNECTIONS_MAX }, openFilesLimit());
    return new Connections({
      wire,
      lookup: this.#resolver.lookup,
      refusal: (address) => guard.refusal(address),
      proxies,
      // The user's own proxy may well be at a private address.
      proxyLookup: proxies && this.#createResolver(new AddressGuard({ allowPrivate: true })).lookup,
      http2,
      insecure,
      ca,
      maxIdle: partOf(idle, share),
    });
  }

  #createResolver(guard: AddressGuard): NameResolver {
    const { resolver, connectTimeoutMs } = this.#options;
    return new NameResolver({ guard, servers: resolver, timeoutMs: connectTimeoutMs });
  }

  #exchangeContext(): VisitContext['exchange'] {
    const { maxRetryAfterMs } = this.#options;
    return {
      ...this.#options,
      connections: this.#connections,
      watch: this.#watch,
      report: (head, error) => hostReport(head, error, maxRetryAfterMs, this.#clock.timeOfDay()),
    };
  }

  #permit(userAgent: string, hosts: HostTable<HostOptions>): VisitContext['permit'] {
    const { robots } = this.#options;
    if (robots === undefined) return undefined;
    const gate = new RobotsGate({
      ...robots,
      now: () => this.#clock.now(),
      token: productToken(userAgent),
      download: (origin) => downloadRobots({ visit: this.#context, reopen: this.#reopen }, origin),
      keepApart: (host, delayMs, sinceMs) => {
        // Who wrote a delay for this very host knows better than its file.
        if (hosts.get(host)?.delayMs === undefined) this.#turns.keepApart(host, delayMs, sinceMs);
      },
    });
    return (url) => gate.permit(url);
  }

  readonly #reopen = (visit: Visit, notBeforeMs: number): Promise<Answer> =>
    this.#evictions.opening(() => visit.open(notBeforeMs));

  readonly #cancel = (): void => {
    this.#scheduler.close();
    this.#connections.close();
    this.#resolver.close();
    const error = new RecordError('cancelled', 'the run was stopped before the page was done');
    for (const exchange of this.#watch.live) exchange.abort(error);
  };
}

/** Loaded for those who want them: the Public Suffix List is large. */
async function newCookies(clock: Clock): Promise<Cookies> {
  const release = clock.hold();
  const { Cookies } = await import('./cookies/cookies.ts').finally(release);
  return new Cookies();
}
