import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Addresses and CIDR blocks of both families, to ask whether an address is in one of them. */
export class AddressBlocks {
  readonly #list = new BlockList();
  readonly #isEmpty: boolean;

  /** `blocks` as `addressBlockProblem` accepts them: an address stands for itself alone. */
  constructor(blocks: readonly string[]) {
    this.#isEmpty = blocks.length === 0;
    for (const block of blocks) {
      const [address = '', prefix] = block.trim().split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  /**
   * Whether an address is in one of the blocks. An IPv4 address that an IPv6 one carries (mapped, compatible, NAT64,
   * 6to4) is looked for as well: whichever way leads to it, it is that machine that is reached.
   */
  has(address: string): boolean {
    if (this.#isEmpty) return false;
    // Which interface it is on says nothing about the block.
    const [bare = ''] = address.split('%');
    const family = isIP(bare);
    if (family === 0) return false;
    if (family === 4) return this.#list.check(bare, 'ipv4');
    if (this.#list.check(bare, 'ipv6')) return true;
    const carried = carriedAddress(bare);
    return carried !== undefined && this.#list.check(carried, 'ipv4');
  }
}

/**
 * What is wrong with the text of a block, as the end of `expected ...`; undefined where nothing is.
 *
 * Accepted: `10.0.0.0/8`, `2001:db8::/32`, and single addresses. Not accepted is a block that doesn't begin at its first address: it is
 * more often a slip than a wish.
 */
export function addressBlockProblem(text: string): string | undefined {
  const [address = '', prefix, ...more] = text.trim().split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes('%')) return EXPECTED;
  if (prefix === undefined) return undefined;
  const maxPrefix = family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > maxPrefix) {
    return `${EXPECTED} (the number behind the slash is 0 to ${maxPrefix})`;
  }
  const cidr = `${address}/${Number(prefix)}`;
  const family4Or6 = family === 4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = family4Or6.networkAddressFromCIDR(cidr);
  if (first.toNormalizedString() === ipaddr.parse(address).toNormalizedString()) return undefined;
  return `the first address of the block: ${first.toString()}/${Number(prefix)}`;
}

const EXPECTED = 'an address or a CIDR block such as 10.0.0.0/8';

/** Prefixes behind which an IPv4 address is the last 32 bits: RFC 4291, 2.5.5; RFC 6052, 2.1 and RFC 8215. */
const CARRYING = ['::/96', '::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48'].map((cidr) =>
  ipaddr.IPv6.parseCIDR(cidr),
);
/** RFC 3056, 2: the IPv4 address is in bits 16 to 47. */
const SIX_TO_FOUR = ipaddr.IPv6.parseCIDR('2002::/16');

function carriedAddress(address: string): string | undefined {
  const parsed = ipaddr.IPv6.parse(address);
  const bytes = parsed.toByteArray();
  if (CARRYING.some((cidr) => parsed.match(cidr))) return bytes.slice(12).join('.');
  return parsed.match(SIX_TO_FOUR) ? bytes.slice(2, 6).join('.') : undefined;
}
