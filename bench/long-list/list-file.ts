import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { shardOf } from '../../src/pipeline/run/shard.ts';
import type { HostServer } from '../engine/host-server.ts';

/** A long list of which one shard is to be fetched. */
export interface LongList {
  readonly lines: number;
  /** Lines of the shard 1, spread evenly over the list. */
  readonly pages: number;
  /** Shards in all. */
  readonly shards: number;
}

/** Lines of a host of another shard. */
const LINES_PER_HOST = 10;
/** Hosts of the shard 1, at most: so few that their connections last, and fetching costs the same whatever the list. */
const OWN_HOSTS = 64;
/** Lines that are written at once. */
const LINES_PER_CHUNK = 1_000;

/** Chooses the shards such that shard 1 has `pages` of the lines; fewer lines than that are all fetched. */
export function longList(lines: number, pages: number): LongList {
  const shards = Math.max(1, Math.round(lines / pages));
  return { lines, pages: Math.ceil(lines / shards), shards };
}

/**
 * Writes a list, a URL a line, all of them different, on loopback hosts; compressed where `path` ends in `.gz`. Every
 * `shards`-th line is of the shard 1, no other one is.
 *
 * Memory: the numbers of the hosts.
 */
export async function writeList(path: string, list: LongList, server: HostServer): Promise<void> {
  const gzip = path.endsWith('.gz') ? [createGzip({ level: constants.Z_BEST_SPEED })] : [];
  await pipeline([Readable.from(chunks(list, server)), ...gzip, createWriteStream(path)]);
}

function* chunks({ lines, shards }: LongList, server: HostServer): Generator<string, void, undefined> {
  const { own, others } = hostsOf(Math.ceil(lines / LINES_PER_HOST), shards, server);
  for (let start = 0; start < lines; start += LINES_PER_CHUNK) {
    let text = '';
    for (let line = start; line < Math.min(lines, start + LINES_PER_CHUNK); line += 1) {
      const [hosts, turn] = line % shards === 0 ? [own, line / shards] : [others, line];
      const host = hosts[turn % hosts.length] ?? 0;
      text += `${server.url(host, line, { pageAfterMs: 0 })}\n`;
    }
    yield text;
  }
}

/** The numbers of hosts of the shard 1, and of so many others; at least one of each, where there are shards. */
function hostsOf(count: number, shards: number, server: HostServer) {
  const own: number[] = [];
  const others: number[] = [];
  const isEnough = (host: number) => host >= count && own.length > 0 && (others.length > 0 || shards === 1);
  for (let host = 0; !isEnough(host); host += 1) {
    const { hostname } = new URL(server.url(host, 0, { pageAfterMs: 0 }));
    if (shardOf(hostname, shards) !== 1) others.push(host);
    else if (own.length < OWN_HOSTS) own.push(host);
  }
  return { own, others };
}
