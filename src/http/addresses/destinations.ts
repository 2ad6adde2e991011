import { RecordError } from '../../core/errors.ts';
import type { NameResolver } from '../dns/name-resolver.ts';
import { withoutCredentials } from '../redirects.ts';
import { type AddressGuard, addressOf } from './address-guard.ts';

/** What `Destinations` go by. */
export interface DestinationOptions {
  readonly guard: AddressGuard;
  readonly resolver: NameResolver;
  /** Whether a proxy is asked for the URL, which then resolves the name itself. Absent: none is. */
  readonly isProxied?: ((url: URL) => boolean) | undefined;
}

/** Finds out where URLs lead, before a request has a slot: a name that gets no answer holds none. */
export class Destinations {
  readonly #options: DestinationOptions;

  constructor(options: DestinationOptions) {
    this.#options = options;
  }

  /**
   * Makes sure that the URL's host is known and may be connected to; a promise only where its name has to be asked for.
   *
   * Errors: RecordError `blocked-address` or `dns`; the former is thrown at once where the URL says it by itself.
   */
  check(url: URL): undefined | Promise<unknown> {
    const { guard, resolver, isProxied } = this.#options;
    const refusal = guard.refusalOfUrl(url);
    if (refusal !== undefined) {
      throw new RecordError('blocked-address', `${withoutCredentials(url)}: the address ${refusal}`);
    }
    if (addressOf(url.hostname) !== undefined || isProxied?.(url) === true) return undefined;
    const addresses = resolver.resolve(url.hostname);
    return addresses instanceof Promise ? addresses : undefined;
  }
}
