import { lookup as systemLookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { HostAddress } from './hosts-file.ts';

/** Addresses as a name server gives them: at least one. */
export interface Addresses {
  readonly addresses: readonly HostAddress[];
  /** For how long they hold, by the records; undefined where that is not known. */
  readonly ttlMs?: number;
}

/**
 * For the first query to a server. c-ares doubles it with each try, and goes by the server's usual time once it knows
 * that: then the first try may be as short as 250 ms, and it takes four to leave a slow name some seconds.
 */
const QUERY_TIMEOUT_MS = 2_500;
const QUERY_TRIES = 4;

/** How long the AAAA records may take longer than the A records (RFC 8305, 3, has 50 ms): some servers never answer for them. */
const AAAA_DELAY_MS = 100;

/** Asks name servers for the addresses of names (c-ares, without Node's threads): A and AAAA at once, AAAA only where this machine has IPv6. */
export class DnsQuery {
  readonly #resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });
  readonly #hasIPv6 = hasPublicIPv6();

  /** `servers` as `nameServerProblem` accepts them; those of the system unless given. */
  constructor(servers: readonly string[] | undefined) {
    if (servers !== undefined) this.#resolver.setServers(servers);
  }

  /** Errors: those of node:dns, with its codes. */
  async ask(name: string): Promise<Addresses> {
    const four = this.#resolver.resolve4(name, { ttl: true });
    const six = this.#hasIPv6 ? this.#resolver.resolve6(name, { ttl: true }).catch(() => []) : Promise.resolve([]);
    const [fourEnd] = await Promise.allSettled([four]);
    const hasFour = fourEnd.status === 'fulfilled' && fourEnd.value.length > 0;
    const sixRecords = await (hasFour ? withinDelay(six) : six);
    const fourRecords = hasFour ? fourEnd.value : [];
    if (fourRecords.length + sixRecords.length > 0) {
      const addresses = [
        ...sixRecords.map(({ address }) => ({ address, family: 6 })),
        ...fourRecords.map(({ address }) => ({ address, family: 4 })),
      ];
      return { addresses, ttlMs: 1_000 * Math.min(...[...sixRecords, ...fourRecords].map(({ ttl }) => ttl)) };
    }
    throw fourEnd.status === 'rejected' ? fourEnd.reason : new Error('neither A nor AAAA records');
  }

  /** Ends every query under way with ECANCELLED. It may be asked again. */
  cancel(): void {
    this.#resolver.cancel();
  }
}

/** Asks the system's own resolver (getaddrinfo), which occupies one of Node's threads for as long as it takes. */
export function askSystem(name: string): Promise<Addresses> {
  return new Promise((resolve, reject) => {
    systemLookup(name, { all: true }, (error, addresses) => (error === null ? resolve({ addresses }) : reject(error)));
  });
}

/** What is wrong with the text of a name server, as the end of `expected ...`; undefined for `9.9.9.9`, `9.9.9.9:53`, `2620:fe::fe` and `[2620:fe::fe]:53`. */
export function nameServerProblem(text: string): string | undefined {
  if (isIP(text) !== 0) return undefined;
  const [, inBrackets, plain, port = '53'] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isAddress = inBrackets === undefined ? isIP(plain ?? '') === 4 : isIP(inBrackets) === 6;
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  return isAddress && isPort ? undefined : 'the address of a name server such as 9.9.9.9 or [2620:fe::fe]:53';
}

async function withinDelay<Item>(records: Promise<Item[]>): Promise<Item[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Item[]>((resolve) => (timer = setTimeout(() => resolve([]), AAAA_DELAY_MS)));
  try {
    return await Promise.race([records, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** As getaddrinfo's AI_ADDRCONFIG: without an IPv6 address of its own that reaches further than the link, AAAA records are of no use. */
function hasPublicIPv6(): boolean {
  for (const addresses of Object.values(networkInterfaces())) {
    if (addresses?.some((own) => own.family === 'IPv6' && !own.internal && !own.address.startsWith('fe80')))
      return true;
  }
  return false;
}
