import { type FailureFacts, RecordError } from '../core/errors.ts';
import type { PageFacts, PageResponse, Redirect } from '../core/record.ts';
import type { Cookies } from './cookies/cookies.ts';
import { Evicted } from './exchange/evictions.ts';
import { Exchange, type Head, StaleConnection } from './exchange/exchange.ts';
import type { ExchangeRequest } from './exchange/exchange-request.ts';
import { isOutOfDescriptors } from './failure.ts';
import { acceptedCodings } from './headers/acceptance.ts';
import { contentTypeOf } from './headers/content-type.ts';
import { firstHop, type Hop, nextHop } from './hop.ts';
import { isRedirect, redirectTarget, withoutCredentials } from './redirects.ts';
import { backOffMs, isWorthRetrying, retryAfterMs, tooLongWait } from './retry.ts';
import type { Lease, Start } from './scheduling/lease.ts';
import { cancelled, Refusal } from './scheduling/refusals.ts';
import { type Condition, validatorsOf } from './validators/validators.ts';
import type { VisitContext } from './visit-context.ts';

/** A page that has answered and whose body is to come. */
export interface Answer {
  readonly exchange: Exchange;
  readonly response: PageResponse;
  /** The body's codings in the order in which they are to be undone. */
  readonly codings: readonly string[];
}

/** How often a visit waits for a file descriptor before it fails: about five minutes. That is no fault of its host's, and no attempt. */
const SHORTAGES_MAX = 20;

/** What an attempt has for its next request. */
interface ExchangeTerms extends Pick<ExchangeRequest, 'budgetMs' | 'isFresh'> {
  readonly cookies: Cookies | undefined;
}

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
   * `notBeforeMs` (of the clock) marks a visit that goes on. Errors: RecordError with the facts; NotModified.
   */
  open(notBeforeMs?: number): Promise<Answer> {
    // Most lines of a long list wait here: an async function would hold twice as much for each of them.
    const again = (error: unknown) => this.open(this.nextStartMs(error));
    try {
      return this.#turn(this.#url, notBeforeMs).then((lease) => this.#attempt(lease).catch(again), again);
    } catch (error) {
      return Promise.reject(error).catch(again);
    }
  }

  /** When the next attempt may start (of the clock) after one that failed with `error`. Throws the error, with the facts, where it is final. */
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
      return this.#context.clock.now() + backOffMs(this.#shortages);
    }
    const { retries, maxRetryAfterMs, clock } = this.#context;
    if (this.#isRefused || error instanceof Refusal || !isWorthRetrying(error)) throw this.#withFacts(error);
    const head = error.code === 'http-status' ? this.#head : undefined;
    const askedMs = retryAfterMs(head?.headers['retry-after'], clock.timeOfDay()) ?? 0;
    if (askedMs > maxRetryAfterMs) throw this.#withFacts(error, tooLongWait(head?.status, askedMs, maxRetryAfterMs));
    if (this.#attempts > retries) throw this.#withFacts(error);
    return clock.now() + Math.max(askedMs, backOffMs(this.#attempts, clock.random));
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

  async #attempt(firstLease: Lease): Promise<Answer> {
    this.#attempts += 1;
    const redirects: Redirect[] = [];
    let lease = firstLease;
    let isFresh = false;
    let hop = firstHop(this.#url);
    const { timeoutMs, maxRedirects } = this.#context;
    const cookies = this.#context.cookies && (await this.#context.cookies);
    let budgetMs = timeoutMs;
    let mayLeadBack = false;
    for (;;) {
      const exchange = this.#exchange(hop, lease, { budgetMs, isFresh, cookies });
      let head: Head;
      try {
        head = await exchange.head();
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
        budgetMs = exchange.leftMs;
        isFresh = true;
        lease = await this.#turn(hop.url, 'next');
        continue;
      }
      this.#head = head;
      isFresh = false;
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
      lease = await this.#turn(target, 'next');
    }
  }

  /** Waits for the turn of the URL's host. Errors are thrown, or rejected with. */
  #turn(url: URL, begun: Start | undefined): Promise<Lease> {
    const { turns, destinations } = this.#context;
    this.#finalUrl = withoutCredentials(url);
    this.#head = undefined;
    this.bytes = 0;
    if (turns.isStopped && begun !== 'next') throw cancelled(url.host);
    const resolution = destinations.check(url);
    if (resolution !== undefined) return this.#turnAfter(resolution, url, begun);
    const permission = this.#permission(url);
    if (permission !== undefined) return permission.then(() => turns.acquire(url.host, begun));
    return turns.acquire(url.host, begun);
  }

  /** The same for a name that has to be asked for first. */
  async #turnAfter(resolution: Promise<unknown>, url: URL, begun: Start | undefined): Promise<Lease> {
    await this.#resolved(resolution, url === this.#url);
    await this.#permission(url);
    return await this.#context.turns.acquire(url.host, begun);
  }

  /** To ask for a name is an attempt, too, when it fails; else the request will be counted. */
  async #resolved(resolution: Promise<unknown>, isFirst: boolean): Promise<void> {
    const startedAtMs = this.#context.clock.now();
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

  #exchange(hop: Hop, lease: Lease, { budgetMs, isFresh, cookies }: ExchangeTerms): Exchange {
    const { headers, exchange, signal } = this.#context;
    const shownUrl = withoutCredentials(hop.url);
    // The run may have ended between the grant of the slot and now.
    if (signal.aborted) {
      lease.release({ kind: 'neutral' });
      throw cancelled(hop.url.host);
    }
    this.#startedAtMs ??= this.#context.clock.now();
    const own = headers.for(hop);
    const all = cookies === undefined ? own : cookies.addTo(own, hop.url, this.#url);
    const fields = this.#condition?.addTo(all, shownUrl) ?? all;
    return new Exchange(exchange, { url: hop.url, shownUrl, headers: fields, lease, budgetMs, isFresh });
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
    return this.#startedAtMs === undefined ? 0 : Math.round(this.#context.clock.now() - this.#startedAtMs);
  }

  #withFacts(error: RecordError, remark = ''): RecordError {
    const head = this.#head;
    // A status without an answer is that of a proxy that would not connect us, or of a host that was given up on.
    const { status } = head ?? error.facts;
    const facts: FailureFacts = {
      ...(status !== undefined && { status }),
      ...(head !== undefined && { contentType: contentTypeOf(head.headers), bytes: this.bytes }),
      ...(this.#finalUrl !== undefined && { finalUrl: this.#finalUrl }),
      attempts: this.#attempts,
      elapsedMs: this.#elapsedMs,
    };
    return new RecordError(error.code, `${error.message}${remark}`, { cause: error.cause, facts });
  }
}
