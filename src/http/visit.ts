import { type FailureFacts, RecordError } from '../core/errors.ts';
import type { PageFacts, PageResponse, PageType, Redirect } from '../core/record.ts';
import type { Destinations } from './addresses/destinations.ts';
import type { Cookies } from './cookies/cookies.ts';
import { Evicted, Exchange, type ExchangeContext, type Head } from './exchange/exchange.ts';
import { isOutOfDescriptors } from './failure.ts';
import { acceptedCodings } from './headers/acceptance.ts';
import { contentTypeOf } from './headers/content-type.ts';
import type { RequestHeaders } from './headers/request-headers.ts';
import { firstHop, type Hop, nextHop } from './hop.ts';
import type { HostScheduler, Lease } from './host-scheduler.ts';
import { isRedirect, redirectTarget, withoutCredentials } from './redirects.ts';
import { backOffMs, isWorthRetrying, retryAfterMs } from './retry.ts';
import { type Condition, validatorsOf } from './validators/validators.ts';

/** What visits share. */
export interface VisitContext {
  readonly scheduler: HostScheduler;
  readonly headers: RequestHeaders;
  readonly exchange: ExchangeContext;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxRetryAfterMs: number;
  readonly maxRedirects: number;
  readonly maxBytes: number;
  readonly truncate: boolean;
  readonly destinations: Destinations;
  /** Absent: none are kept, none are sent. */
  readonly cookies?: Cookies | undefined;
  /** Which answers are pages. */
  readonly types: readonly PageType[] | 'any';
  /** Asked before each request; throws a final RecordError where it must not be made. Absent: all may be. */
  readonly permit?: ((url: URL) => void | Promise<void>) | undefined;
  readonly signal: AbortSignal;
}

/** A page that has answered and whose body is to come. */
export interface Answer {
  readonly exchange: Exchange;
  readonly response: PageResponse;
  /** The body's codings in the order in which they are to be undone. */
  readonly codings: readonly string[];
}

/** How often a visit waits for a file descriptor before it fails: about five minutes. That is no fault of its host's, and no attempt. */
const SHORTAGES_MAX = 20;

/** The whole way of one URL: its attempts, each with its redirects, and what is known of it for the outputs. */
export class Visit {
  readonly #context: VisitContext;
  readonly #url: URL;
  /** Decoded bytes of the body, as far as they were read. */
  bytes = 0;
  #attempts = 0;
  #shortages = 0;
  #startedAtMs: number | undefined;
  #finalUrl: string | undefined;
  #isRefused = false;
  #head: Head | undefined;
  readonly #condition: Condition | undefined;

  constructor(context: VisitContext, url: URL, condition?: Condition) {
    this.#context = context;
    this.#url = url;
    this.#condition = condition;
  }

  /**
   * Makes attempts until one gives a page: a success that is HTML, of a length and a coding that we take.
   *
   * `notBeforeMs` (of `performance.now`) marks a visit that goes on. Errors: RecordError with the facts; NotModified.
   */
  async open(notBeforeMs?: number): Promise<Answer> {
    let startMs = notBeforeMs;
    for (;;) {
      try {
        return await this.#attempt(startMs);
      } catch (error) {
        startMs = this.nextStartMs(error);
      }
    }
  }

  /** When the next attempt may start (of `performance.now`) after one that failed with `error`. Throws the error, with the facts, where it is final. */
  nextStartMs(error: unknown): number {
    if (error instanceof Evicted) {
      this.#attempts -= 1;
      return 0;
    }
    if (!(error instanceof RecordError)) throw error;
    if (isOutOfDescriptors(error) && this.#shortages < SHORTAGES_MAX) {
      this.#attempts -= 1;
      this.#shortages += 1;
      this.#context.exchange.connections.dropIdle();
      return performance.now() + backOffMs(this.#shortages);
    }
    const { retries, maxRetryAfterMs } = this.#context;
    const askedMs = error.code === 'http-status' ? retryAfterMs(this.#head?.headers['retry-after'], Date.now()) : 0;
    const isFinal =
      this.#isRefused || this.#attempts > retries || !isWorthRetrying(error) || (askedMs ?? 0) > maxRetryAfterMs;
    if (isFinal) throw this.#withFacts(error);
    return performance.now() + Math.max(askedMs ?? 0, backOffMs(this.#attempts));
  }

  /** The page's facts. Only once there was an answer. */
  get facts(): PageFacts {
    const head = this.#head;
    if (head === undefined || this.#finalUrl === undefined) throw new Error('no answer yet');
    return {
      finalUrl: this.#finalUrl,
      status: head.status,
      contentType: contentTypeOf(head.headers),
      ...validatorsOf(head.headers),
      bytes: this.bytes,
      attempts: this.#attempts,
      elapsedMs: this.#elapsedMs,
    };
  }

  async #attempt(notBeforeMs: number | undefined): Promise<Answer> {
    const redirects: Redirect[] = [];
    let hop = firstHop(this.#url);
    const { timeoutMs, maxRedirects, cookies } = this.#context;
    let budgetMs = timeoutMs;
    let mayLeadBack = false;
    for (;;) {
      // A redirect's next hop is work that was begun: it goes ahead of new URLs.
      const lease = await this.#turn(hop, redirects.length === 0 ? notBeforeMs : 0);
      if (redirects.length === 0) this.#attempts += 1;
      const exchange = this.#exchange(hop, lease, budgetMs);
      const head = await exchange.head();
      this.#head = head;
      if (cookies?.store(hop.url, head.headers['set-cookie']) === true) mayLeadBack = true;
      if (!isRedirect(head.status)) return this.#accept(exchange, head, redirects);
      budgetMs = exchange.leftMs;
      exchange.discard();
      const target = redirectTarget(hop.url, head, redirects, { maxRedirects, mayLeadBack });
      redirects.push({
        url: withoutCredentials(hop.url),
        status: head.status,
        location: withoutCredentials(target),
      });
      hop = nextHop(hop, target);
    }
  }

  /** Waits for the host's turn. */
  async #turn({ url }: Hop, notBeforeMs: number | undefined): Promise<Lease> {
    const { scheduler, destinations } = this.#context;
    this.#finalUrl = withoutCredentials(url);
    this.#head = undefined;
    this.bytes = 0;
    const resolution = destinations.check(url);
    if (resolution !== undefined) await this.#resolved(resolution, url === this.#url);
    const permission = this.#permission(url);
    if (permission !== undefined) await permission;
    return await scheduler.acquire(url.host, notBeforeMs);
  }

  /** To ask for a name is an attempt, too, when it fails; else the request will be counted. */
  async #resolved(resolution: Promise<unknown>, isFirst: boolean): Promise<void> {
    const startedAtMs = performance.now();
    try {
      await resolution;
    } catch (error) {
      this.#startedAtMs ??= startedAtMs;
      if (isFirst) this.#attempts += 1;
      throw error;
    }
  }

  /** Without a promise where the answer is at hand. */
  #permission(url: URL): void | Promise<void> {
    const { permit } = this.#context;
    if (permit === undefined) return undefined;
    const refuse = (error: unknown) => {
      this.#isRefused = true;
      throw error;
    };
    try {
      return permit(url)?.catch(refuse);
    } catch (error) {
      refuse(error);
    }
  }

  #exchange(hop: Hop, lease: Lease, budgetMs: number): Exchange {
    const { headers, cookies, exchange, signal } = this.#context;
    const shownUrl = withoutCredentials(hop.url);
    // The run may have been stopped between the grant of the slot and now.
    if (signal.aborted) {
      lease.release({ kind: 'neutral' });
      throw new RecordError('cancelled', `${shownUrl}: the run was stopped before the request could start`);
    }
    this.#startedAtMs ??= performance.now();
    const own = headers.for(hop);
    const all = cookies === undefined ? own : cookies.addTo(own, hop.url, this.#url);
    const fields = this.#condition?.addTo(all, shownUrl) ?? all;
    return new Exchange(exchange, { url: hop.url, shownUrl, headers: fields, budgetMs, lease });
  }

  #accept(exchange: Exchange, head: Head, redirects: readonly Redirect[]): Answer {
    const finalUrl = this.#finalUrl ?? '';
    try {
      this.#condition?.judge(this.facts);
      const codings = acceptedCodings(head, finalUrl, this.#context);
      return { exchange, codings, response: { finalUrl, status: head.status, headers: head.headers, redirects } };
    } catch (error) {
      exchange.discard();
      throw error;
    }
  }

  get #elapsedMs(): number {
    return this.#startedAtMs === undefined ? 0 : Math.round(performance.now() - this.#startedAtMs);
  }

  #withFacts(error: RecordError): RecordError {
    const facts: { -readonly [Name in keyof FailureFacts]: FailureFacts[Name] } = {
      attempts: this.#attempts,
      elapsedMs: this.#elapsedMs,
    };
    if (this.#finalUrl !== undefined) facts.finalUrl = this.#finalUrl;
    if (this.#head !== undefined) {
      facts.status = this.#head.status;
      facts.contentType = contentTypeOf(this.#head.headers);
      facts.bytes = this.bytes;
    } else if (error.facts.status !== undefined) {
      // Of a proxy that would not connect us.
      facts.status = error.facts.status;
    }
    return new RecordError(error.code, error.message, { cause: error.cause, facts });
  }
}
