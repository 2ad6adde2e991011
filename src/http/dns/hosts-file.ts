import { closeSync, openSync, readSync } from 'node:fs';
import { isIP } from 'node:net';

/** An address and its family, as Node's lookup functions give it. */
export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** Names with their addresses, names in lower case. */
export type HostsTable = ReadonlyMap<string, readonly HostAddress[]>;

/** Beyond this a hosts file is cut off: block lists grow to some megabytes. */
const HOSTS_FILE_MAX_BYTES = 8_000_000;

/** Reads a hosts file (hosts(5)), at most 8 MB of it. One that is not there or can't be read is an empty table. */
export function readHostsFile(path: string): HostsTable {
  try {
    return parseHosts(readStart(path, HOSTS_FILE_MAX_BYTES));
  } catch {
    return new Map();
  }
}

/** Parses the text of a hosts file: an address and its names a line, `#` starts a comment. Lines that are neither are passed over. */
export function parseHosts(text: string): HostsTable {
  const table = new Map<string, HostAddress[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address ?? '');
    if (address === undefined || family === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = table.get(key);
      if (known === undefined) table.set(key, [{ address, family }]);
      else known.push({ address, family });
    }
  }
  return table;
}

function readStart(path: string, maxBytes: number): string {
  const file = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for (let left = maxBytes; left > 0; ) {
      const piece = Buffer.allocUnsafe(Math.min(left, 65_536));
      const length = readSync(file, piece, 0, piece.length, null);
      if (length === 0) break;
      pieces.push(piece.subarray(0, length));
      left -= length;
    }
    return Buffer.concat(pieces).toString('utf8');
  } finally {
    closeSync(file);
  }
}
