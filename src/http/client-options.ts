import type { Clock } from '../core/clock.ts';
import type { PageType } from '../core/record.ts';
import type { Wire } from '../core/wire.ts';
import type { WorkerShare } from '../core/worker-share.ts';
import type { HostTable } from './hosts/host-table.ts';
import type { HostOptions } from './hosts/hosts-option.ts';
import type { Proxies } from './proxy/proxies.ts';

/** How pages are fetched. Times are in milliseconds, sizes in bytes. */
export interface ClientOptions {
  /** Requests in flight, those of other threads included. */
  readonly concurrency: number;
  readonly perHost: number;
  readonly delayMs: number;
  readonly hostDownAfter: number;
  /** For how long a host may answer nothing but 429 and 503 before it is given up on; for ever unless given, or 0. */
  readonly maxOverloadMs?: number | undefined;
  /** With so many URLs that wait for overloaded hosts, those are given up on sooner. */
  readonly maxDeferred?: number | undefined;
  /** One attempt, its redirects included; waiting for a turn is not. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly retries: number;
  readonly maxRetryAfterMs: number;
  readonly maxRedirects: number;
  /** Of a body, decoded. */
  readonly maxBytes: number;
  /** Types of pages that are taken, or `any` answer; HTML alone unless given. */
  readonly accept?: readonly PageType[] | 'any' | undefined;
  /** True: of a larger body the part up to `maxBytes` is the page. Else it is `too-large`. */
  readonly truncate: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly userAgent: string;
  /** What is different for some hosts; nothing unless given. */
  readonly hosts?: HostTable<HostOptions> | undefined;
  /** Whether robots.txt is obeyed; it is not unless given. */
  readonly robots?: { readonly maxCrawlDelayMs: number } | undefined;
  /** True: HTTP/2 is offered over TLS, and used where the server chooses it. It is not unless given. */
  readonly http2?: boolean | undefined;
  readonly insecure: boolean;
  /** Certificates of authorities (PEM), trusted beside Node's own. */
  readonly ca?: readonly string[] | undefined;
  /** Which proxies lead where; none unless given. */
  readonly proxies?: Proxies | undefined;
  /** True: cookies are kept within the run, and sent back. */
  readonly cookies?: boolean | undefined;
  readonly allowPrivate: boolean;
  /** Addresses and CIDR blocks that may be connected to though they are not public. */
  readonly allowAddresses?: readonly string[] | undefined;
  /** Addresses and CIDR blocks that may not, whatever else is allowed. */
  readonly denyAddresses?: readonly string[] | undefined;
  /** Name servers; those of the system unless given. */
  readonly resolver?: readonly string[] | undefined;
  /** What answers in the place of the network. Names count as public then, and no proxy is used. */
  readonly wire?: Wire | undefined;
  /** By what all is timed; the time that everyone has unless given. */
  readonly clock?: Clock | undefined;
  /** This thread's part, where several fetch; it does all unless given. */
  readonly share?: WorkerShare | undefined;
}
