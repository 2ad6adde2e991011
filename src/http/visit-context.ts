import type { Clock } from '../core/clock.ts';
import type { PageType } from '../core/record.ts';
import type { Destinations } from './addresses/destinations.ts';
import type { Cookies } from './cookies/cookies.ts';
import type { ExchangeContext } from './exchange/exchange.ts';
import type { RequestHeaders } from './headers/request-headers.ts';
import type { Turns } from './scheduling/turns.ts';

/** What visits share. */
export interface VisitContext {
  readonly clock: Clock;
  readonly turns: Turns;
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
  readonly cookies?: Promise<Cookies> | undefined;
  /** Which answers are pages. */
  readonly types: readonly PageType[] | 'any';
  /** Asked before each request; throws a final RecordError where it must not be made. Absent: all may be. */
  readonly permit?: ((url: URL) => void | Promise<void>) | undefined;
  readonly signal: AbortSignal;
}
