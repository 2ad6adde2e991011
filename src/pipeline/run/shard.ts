/** A part of the hosts: shard `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The shard that a host belongs to, from 1: `FNV-1a(host) mod count + 1`.
 *
 * The hash is the 32-bit FNV-1a (offset basis 2166136261, prime 16777619) over the bytes of the host as the URL standard
 * serialises it, without port: lower case, internationalised names in ASCII. Stable for ever, and short enough for any
 * other program to compute.
 */
export function shardOf(host: string, count: number): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < host.length; index += 1) {
    hash = Math.imul(hash ^ host.charCodeAt(index), 16_777_619);
  }
  return ((hash >>> 0) % count) + 1;
}
