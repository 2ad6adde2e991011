import type { LookupFunction } from 'node:net';
import { RecordError } from '../../core/errors.ts';
import { type AddressGuard, isLocalhost, LOOPBACK_ADDRESSES } from '../addresses/address-guard.ts';
import { descriptorShortage } from '../connection/descriptors.ts';
import { AnswerCache, type NameAnswer } from './answer-cache.ts';
import { codeOf, dnsFailure, isTemporaryDnsFailure, repeatedDnsFailure } from './dns-failure.ts';
import { type Addresses, askSystem, DnsQuery } from './dns-query.ts';
import { type HostAddress, type HostsTable, readHostsFile } from './hosts-file.ts';
import { LookupQueue } from './lookup-queue.ts';

/** What a `NameResolver` works by. */
export interface ResolverOptions {
  readonly guard: AddressGuard;
  /** Name servers as `address` or `address:port`; those of the system unless given. */
  readonly servers?: readonly string[] | undefined;
  /** Longest time for one look-up; 10 s unless given. */
  readonly timeoutMs?: number;
  /** Names that are known without asking; those of /etc/hosts unless given. */
  readonly hosts?: HostsTable;
  /** The clock, in milliseconds; `performance.now` unless given. */
  readonly now?: () => number;
}

const TIMEOUT_DEFAULT_MS = 10_000;
/** The records' own time, within bounds: less would ask about a host again and again, more would miss that it moved. */
const TTL_MIN_MS = 30_000;
const TTL_MAX_MS = 3_600_000;
const TTL_UNKNOWN_MS = 60_000;
const NEGATIVE_TTL_MS = 60_000;
const CACHED_NAMES_MAX = 10_000;
/** After so many look-ups in a row without an answer a name fails without being asked for, for as long as a negative answer holds. */
const FAILURES_MAX = 3;
const BACK_OFF_BASE_MS = 500;
const BACK_OFF_MAX_MS = 30_000;

/** The one of a small router takes no more than 150 queries at a time. */
const DNS_LIMITS = { active: 128, overdueAfterMs: 200, overdue: 2_048 };
/** Of Node's four threads, name look-ups get two. */
const SYSTEM_LIMITS = { active: 2, overdueAfterMs: 0, overdue: 0 };

/**
 * Resolves host names, and says which of their addresses may be connected to.
 *
 * Order of sources: `localhost` is loopback (RFC 6761), then /etc/hosts, the cache, DNS. The system's own resolver is
 * asked only where no servers are named, for what DNS is not the place for: names without a dot, `.local`, and machines without a DNS server.
 * Bound: 10,000 names for as long as their records say (30 s to an hour), failures for 60 s; look-ups as `LookupQueue` bounds them,
 * those of one name are one. A name whose look-up got no answer is asked for again after a growing wait.
 * Guard: addresses that are refused are taken out, once, when the answer comes; what is left is what sockets connect to.
 * Errors: RecordError `dns`, `blocked-address` where nothing is left, `cancelled` once closed.
 */
export class NameResolver {
  readonly #options: ResolverOptions;
  readonly #hosts: HostsTable;
  readonly #query: DnsQuery;
  readonly #dns: LookupQueue;
  readonly #system: LookupQueue;
  readonly #now: () => number;
  readonly #cache = new AnswerCache(CACHED_NAMES_MAX);
  readonly #inFlight = new Map<string, Promise<readonly HostAddress[]>>();
  /** What ends the waits of names that may not be asked for again yet. */
  readonly #waits = new Set<() => void>();
  /** Of file descriptors, seen since the last look-up that came to something. */
  #shortage: { readonly error: Error; readonly waitMs: number; readonly untilMs: number } | undefined;
  #cancellations = 0;
  #isClosed = false;

  constructor(options: ResolverOptions) {
    const { timeoutMs = TIMEOUT_DEFAULT_MS } = options;
    const timeout = () => Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEOUT' });
    this.#options = options;
    this.#hosts = options.hosts ?? readHostsFile('/etc/hosts');
    this.#query = new DnsQuery(options.servers);
    this.#dns = new LookupQueue({ ...DNS_LIMITS, timeoutMs }, timeout);
    this.#system = new LookupQueue({ ...SYSTEM_LIMITS, timeoutMs }, timeout);
    this.#now = options.now ?? (() => performance.now());
  }

  /** Names that the cache holds. */
  get cachedCount(): number {
    return this.#cache.size;
  }

  /**
   * What a socket asks, as `net.connect` takes it. An answer that held when the URL was resolved is good enough, however
   * long the URL had to wait for its turn since: nothing is asked in a slot, as long as the cache has the name.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const name = hostname.toLowerCase();
    const known = this.#cache.get(name);
    const isKnown = known !== undefined && known.addresses.length > 0;
    Promise.resolve(isKnown ? known.addresses : this.resolve(name)).then(
      (addresses) => {
        const wanted = addresses.filter(({ family }) => !options.family || family === options.family);
        const [first] = wanted;
        if (first === undefined) callback(dnsFailure(hostname, 'ENODATA'), '');
        else if (options.all === true) callback(null, [...wanted]);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, ''),
    );
  };

  /** The addresses of a host name that may be connected to, at least one; a promise only where they have to be asked for. */
  resolve(hostname: string): readonly HostAddress[] | Promise<readonly HostAddress[]> {
    if (this.#isClosed) return Promise.reject(cancelled(hostname));
    const name = hostname.toLowerCase();
    try {
      return this.#known(name) ?? this.#inFlight.get(name) ?? this.#lookUp(name);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Gives up what is being asked for, which ends with `cancelled`. */
  cancel(): void {
    this.#cancellations += 1;
    const error = new Error('cancelled');
    this.#dns.clear(error);
    this.#system.clear(error);
    this.#query.cancel();
    for (const end of this.#waits) end();
  }

  /** Gives up what is being asked for; nothing more can be. */
  close(): void {
    this.#isClosed = true;
    this.cancel();
  }

  #known(name: string): readonly HostAddress[] | undefined {
    if (isLocalhost(name)) return this.#allowed(name, LOOPBACK);
    const listed = this.#hosts.get(name);
    if (listed !== undefined) return this.#allowed(name, listed);
    const answer = this.#cache.get(name);
    if (answer === undefined || answer.untilMs <= this.#now()) return undefined;
    if (answer.error !== undefined) throw answer.error;
    return answer.addresses;
  }

  #lookUp(name: string): Promise<readonly HostAddress[]> {
    const addresses = this.#ask(name, this.#cache.get(name)).finally(() => {
      this.#inFlight.delete(name);
      // What took too long is of no use to anybody, and would keep the process alive.
      if (this.#inFlight.size === 0 && this.#dns.pending > 0) this.#query.cancel();
    });
    this.#inFlight.set(name, addresses);
    return addresses;
  }

  async #ask(name: string, before: NameAnswer | undefined): Promise<readonly HostAddress[]> {
    const cancellations = this.#cancellations;
    const waitMs = Math.max(before?.nextMs ?? 0, this.#shortage?.untilMs ?? 0) - this.#now();
    if (waitMs > 0) await this.#wait(waitMs);
    if (this.#cancellations !== cancellations) throw cancelled(name);
    const answer = await this.#answer(name, before?.failures ?? 0);
    if (this.#cancellations !== cancellations) throw cancelled(name);
    this.#cache.set(name, answer);
    if (answer.error !== undefined) throw answer.error;
    return answer.addresses;
  }

  async #answer(name: string, failuresBefore: number): Promise<NameAnswer> {
    try {
      const { addresses, ttlMs = TTL_UNKNOWN_MS } = await this.#find(name);
      this.#shortage = undefined;
      const untilMs = this.#now() + Math.min(TTL_MAX_MS, Math.max(TTL_MIN_MS, ttlMs));
      return { ...this.#judged(name, addresses), untilMs, failures: 0, nextMs: 0 };
    } catch (cause) {
      const now = this.#now();
      this.#throwOnShortage(name, now);
      const error = dnsFailure(name, codeOf(cause), cause);
      const negative = { addresses: [], error, untilMs: now + NEGATIVE_TTL_MS, failures: 0, nextMs: 0 };
      if (!isTemporaryDnsFailure(error)) return negative;
      const failures = failuresBefore + 1;
      if (failures >= FAILURES_MAX) return { ...negative, error: repeatedDnsFailure(name, error, failures), failures };
      const nextMs = now + BACK_OFF_BASE_MS * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
      return { ...negative, untilMs: 0, failures, nextMs };
    }
  }

  /** Without a descriptor nobody is asked: c-ares calls that ECONNREFUSED, getaddrinfo that there is no such name. */
  #throwOnShortage(name: string, now: number): void {
    const error = descriptorShortage();
    const before = this.#shortage;
    // What fails a moment later may have failed for that as well, though there is a descriptor again.
    const isOver = before === undefined || before.untilMs <= now;
    if (error !== undefined && isOver) {
      const waitMs = Math.min(BACK_OFF_MAX_MS, 2 * (before?.waitMs ?? BACK_OFF_BASE_MS / 2));
      this.#shortage = { error, waitMs, untilMs: now + waitMs };
    } else if (isOver) return;
    const { error: cause } = this.#shortage ?? {};
    throw dnsFailure(name, codeOf(cause), cause);
  }

  async #find(name: string): Promise<Addresses> {
    const isDnsOnly = this.#options.servers !== undefined;
    if (!isDnsOnly && isLocalName(name)) return await this.#system.run(() => askSystem(name));
    try {
      return await this.#dns.run(() => this.#query.ask(name));
    } catch (error) {
      if (isDnsOnly || codeOf(error) !== 'ECONNREFUSED') throw error;
      return await this.#system.run(() => askSystem(name));
    }
  }

  #judged(name: string, addresses: readonly HostAddress[]): Pick<NameAnswer, 'addresses' | 'error'> {
    try {
      return { addresses: this.#allowed(name, addresses) };
    } catch (error) {
      return { addresses: [], error: error as RecordError };
    }
  }

  #allowed(name: string, addresses: readonly HostAddress[]): readonly HostAddress[] {
    const { guard } = this.#options;
    const allowed = addresses.filter(({ address }) => guard.refusal(address) === undefined);
    if (allowed.length > 0) return allowed;
    const { address = '' } = addresses[0] ?? {};
    const text = `${name}: resolves to ${address || 'no address'}, which ${guard.refusal(address) ?? 'is none'}`;
    throw new RecordError('blocked-address', text);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waits.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#waits.add(end);
    });
  }
}

const LOOPBACK: readonly HostAddress[] = LOOPBACK_ADDRESSES.map((address) => ({
  address,
  family: address.includes(':') ? 6 : 4,
}));

function cancelled(name: string): RecordError {
  return new RecordError('cancelled', `${name}: the run was stopped before the name was resolved`);
}

/** Names that DNS does not know by design: without a dot (search lists, container names) and multicast DNS (RFC 6762). */
function isLocalName(name: string): boolean {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return !bare.includes('.') || bare.endsWith('.local');
}
