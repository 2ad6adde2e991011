import { isIP } from 'node:net';
import { AddressBlocks } from './address-blocks.ts';
import { isPublicAddress } from './public-address.ts';

/** Which addresses may be connected to. */
export interface AddressRules {
  /** True: those that are not public, too. */
  readonly allowPrivate: boolean;
  /** Addresses and CIDR blocks that may be connected to though they are not public. */
  readonly allowAddresses?: readonly string[] | undefined;
  /** Addresses and CIDR blocks that may not, whatever else is allowed. */
  readonly denyAddresses?: readonly string[] | undefined;
}

/** What `localhost` stands for, whatever DNS says (RFC 6761, 6.3). */
export const LOOPBACK_ADDRESSES: readonly string[] = ['127.0.0.1', '::1'];

/**
 * Decides which addresses are connected to. What is denied is refused; of the rest, what is allowed or public passes,
 * or everything where private addresses are allowed.
 *
 * It is asked of a URL's own address, of what its name resolves to, and of the address that the socket has reached.
 */
export class AddressGuard {
  readonly #allowPrivate: boolean;
  readonly #allowed: AddressBlocks;
  readonly #denied: AddressBlocks;
  /** Everything passes, so nothing has to be looked at. */
  readonly #isOff: boolean;

  constructor({ allowPrivate, allowAddresses = [], denyAddresses = [] }: AddressRules) {
    this.#allowPrivate = allowPrivate;
    this.#allowed = new AddressBlocks(allowAddresses);
    this.#denied = new AddressBlocks(denyAddresses);
    this.#isOff = allowPrivate && denyAddresses.length === 0;
  }

  /** Why an IP address (no brackets) is refused, for a message: `is not public (...)`; undefined where it is not. */
  refusal(address: string): string | undefined {
    if (this.#isOff) return undefined;
    if (this.#denied.has(address)) return 'is denied (see --deny-addresses)';
    if (this.#allowPrivate || isPublicAddress(address) || this.#allowed.has(address)) return undefined;
    return 'is not public (see --allow-private and --allow-addresses)';
  }

  /**
   * Why the address that a URL names is refused: by itself, or by a name that is always loopback. Undefined for any
   * other name, which must be judged by what it resolves to.
   *
   * Needs a URL as the URL standard serialises it: decimal, octal, hexadecimal and shortened forms are one there.
   */
  refusalOfUrl({ hostname }: URL): string | undefined {
    if (this.#isOff) return undefined;
    const literal = addressOf(hostname);
    if (literal !== undefined) return this.refusal(literal);
    if (!isLocalhost(hostname)) return undefined;
    const refusals = LOOPBACK_ADDRESSES.map((address) => this.refusal(address));
    return refusals.includes(undefined) ? undefined : refusals[0];
  }
}

/** The address that a URL's `hostname` is, without brackets; undefined for a name. */
export function addressOf(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return isIP(hostname) === 0 ? undefined : hostname;
}

/** Whether a host name is `localhost` or below it, which is loopback whatever DNS says (RFC 6761, 6.3). */
export function isLocalhost(name: string): boolean {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return bare === 'localhost' || bare.endsWith('.localhost');
}
