import type { Lease } from '../scheduling/lease.ts';

/** One request, as an exchange is told to make it. */
export interface ExchangeRequest {
  readonly url: URL;
  /** The URL for messages, without credentials. */
  readonly shownUrl: string;
  /** Names and values in turn. */
  readonly headers: string[];
  /** What is left of the attempt's time. */
  readonly budgetMs: number;
  /** True: not on a connection that was used before. */
  readonly isFresh: boolean;
  /** Held until the body has been read or given up. */
  readonly lease: Lease;
}
