import type { StageContext } from '../../core/stage.ts';
import { HttpClient } from '../client.ts';
import type { ClientOptions } from '../client-options.ts';
import { proxiesFrom } from '../proxy/proxies.ts';

/** What whoever downloads a few documents can choose. Times are in milliseconds, sizes in bytes. */
export interface DocumentOptions
  extends Pick<ClientOptions, 'retries' | 'maxBytes' | 'headers' | 'userAgent' | 'insecure' | 'allowPrivate'> {
  /** One attempt, its redirects included. */
  readonly timeoutMs: number;
  readonly delayMs: number;
  /** A proxy, `none`, or that of the environment. */
  readonly proxy: string | undefined;
}

/**
 * Makes a client for documents of any type, one at a time, by the engine and the rules by which pages are fetched.
 *
 * Errors: ConfigError, as of HttpClient.
 */
export function documentClient(
  { proxy, ...options }: DocumentOptions,
  { env, signal, wire, clock }: Pick<StageContext, 'env' | 'signal' | 'wire' | 'clock'>,
): HttpClient {
  const { timeoutMs } = options;
  const given: ClientOptions = {
    ...options,
    proxies: proxiesFrom(proxy, env),
    accept: 'any',
    truncate: false,
    concurrency: 1,
    perHost: 1,
    hostDownAfter: Number.POSITIVE_INFINITY,
    connectTimeoutMs: Math.min(timeoutMs, 10_000),
    headersTimeoutMs: timeoutMs,
    idleTimeoutMs: Math.min(timeoutMs, 15_000),
    maxOverloadMs: 60_000,
    maxRetryAfterMs: 60_000,
    maxRedirects: 10,
    wire,
    clock,
  };
  return new HttpClient(given, signal);
}
