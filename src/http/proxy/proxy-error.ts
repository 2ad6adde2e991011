import { RecordError } from '../../core/errors.ts';
import type { HttpProxy } from './http-proxy.ts';

/** The proxy could not be reached: the error's own `code`, with the proxy named in the message. */
export class ProxyUnreachable extends Error {
  override readonly name = 'ProxyUnreachable';
  readonly code: string;
  /** The proxy's origin. */
  readonly proxy: string;

  constructor(proxy: HttpProxy, code: string, text: string, options?: ErrorOptions) {
    super(`proxy ${proxy.shown}: ${text}`, options);
    this.code = code;
    this.proxy = proxy.shown;
  }
}

/** The proxy answered CONNECT with a status that is no success. */
export class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
  readonly status: number;

  constructor(proxy: HttpProxy, status: number) {
    const advice = status === 407 ? `, ${WANTS_CREDENTIALS}` : '';
    super(`the proxy ${proxy.shown} answered CONNECT with status ${status}${advice}`);
    this.status = status;
  }
}

/** What 407 means (RFC 9110, 15.5.8), with the way out. */
export const WANTS_CREDENTIALS = 'it wants a user name and password, which go into its URL, in front of the host';

/** An error of the connection to a proxy, with the proxy named in it. */
export function ofProxy(proxy: HttpProxy, error: Error): Error {
  if (error instanceof RecordError) {
    return new RecordError(error.code, `proxy ${proxy.shown}: ${error.message}`, { cause: error.cause });
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code === '' ? error : new ProxyUnreachable(proxy, code, error.message, { cause: error });
}
