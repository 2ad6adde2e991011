import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Tells which hosts are reached without the proxy. `hostname` as the URL standard serialises it, without brackets. */
export type Exceptions = (hostname: string, port: number) => boolean;

/**
 * Reads NO_PROXY, in the form that curl and most others share: names separated by commas or blanks.
 *
 * A name stands for itself and all below it, with or without a dot or `*.` before it; one with `:port` only for that
 * port; an address or a block (`10.0.0.0/8`) for the addresses that URLs name literally; `*` for every host.
 * What can't be read is passed over: the variable is shared with other programs.
 */
export function parseExceptions(text: string): Exceptions {
  const rules = text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => ruleOf(entry.toLowerCase()));
  return (hostname, port) => rules.some((rule) => rule(hostname, port));
}

function ruleOf(entry: string): Exceptions {
  if (entry === '*') return () => true;
  const block = /^(.*)\/(\d{1,3})$/.exec(entry);
  if (block !== null) return blockRule(block[1] ?? '', Number(block[2]));
  const [name, port] = splitPort(entry);
  const wanted = name.replace(/^\*?\./, '').replace(/\.$/, '');
  const isAddress = isIP(wanted) !== 0;
  const address = isAddress ? ipaddr.parse(wanted).toString() : wanted;
  return (hostname, hostPort) => {
    if (port !== undefined && port !== hostPort) return false;
    if (isAddress) return isIP(hostname) !== 0 && ipaddr.parse(hostname).toString() === address;
    if (isIP(hostname) !== 0) return false;
    const bare = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
    return bare === wanted || bare.endsWith(`.${wanted}`);
  };
}

function blockRule(address: string, bits: number): Exceptions {
  const family = isIP(address);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return () => false;
  const base = ipaddr.parse(address);
  return (hostname) => {
    if (isIP(hostname) !== family) return false;
    return ipaddr.parse(hostname).match([base, bits] as [ipaddr.IPv4, number]);
  };
}

/** `[::1]:8080` and `name:8080` have a port, `::1` has none. */
function splitPort(entry: string): [name: string, port: number | undefined] {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry);
  if (match === null) return [entry, undefined];
  return [match[1] ?? match[2] ?? '', match[3] === undefined ? undefined : Number(match[3])];
}
