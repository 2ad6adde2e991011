import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Whether an IP address (no brackets) is public: what may be connected to by default.
 *
 * Refused are all special-purpose ranges (https://www.iana.org/assignments/iana-ipv4-special-registry,
 * iana-ipv6-special-registry): loopback, private, link-local, unique-local, shared address space, benchmarking,
 * documentation, multicast, reserved, broadcast, unspecified, 6to4, Teredo, and what is no address at all.
 * IPv4-mapped and NAT64 addresses are judged by the IPv4 address in them.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 4) return isPublic(ipaddr.parse(address));
  // In the URL standard's spelling, because ipaddr.js takes `::8.8.8.8` for a mapped address. One with a zone has none.
  const url = `http://[${address}]/`;
  return URL.canParse(url) && isPublic(ipaddr.parse(new URL(url).hostname.slice(1, -1)));
}

/** The local-use NAT64 prefix 64:ff9b:1::/48 (RFC 8215) is private whatever it embeds; only the well-known one translates to public addresses. */
const WELL_KNOWN_NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
const ANYCAST_SERVICES = new Set(['unicast', 'as112', 'as112v6', 'amt']);

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const range: string = address.range();
  if (address instanceof ipaddr.IPv4) return ANYCAST_SERVICES.has(range);
  if (range === 'ipv4Mapped') return isPublic(address.toIPv4Address());
  if (range === 'rfc6052') return address.match(WELL_KNOWN_NAT64) && isPublic(embedded(address));
  // IPv4-compatible (RFC 4291, 2.5.5.1, deprecated) has no range of its own in ipaddr.js.
  return ANYCAST_SERVICES.has(range) && isGlobalUnicast(address);
}

/** Global unicast is 2000::/3; the rest of the space is unassigned (https://www.iana.org/assignments/ipv6-address-space). */
function isGlobalUnicast(address: ipaddr.IPv6): boolean {
  return ((address.parts[0] ?? 0) & 0xe000) === 0x2000;
}

/** The IPv4 address in the last 32 bits. */
function embedded(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}
