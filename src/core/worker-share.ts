import type { MessagePort } from 'node:worker_threads';

/** The part that one thread has in a run whose pages several threads fetch: each has hosts of its own. */
export interface WorkerShare {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  /** A channel to each of the other threads, by their index; none to itself. */
  readonly channels: readonly (MessagePort | undefined)[];
}

/**
 * The index of the thread that a host belongs to, from 0. `host` is `URL.host`.
 *
 * Another hash than the one that shards are made by: of `--shard 1/2`, one of two threads would get all hosts.
 */
export function workerOf(host: string, count: number): number {
  let hash = 0;
  for (let index = 0; index < host.length; index += 1) {
    hash = Math.imul(hash ^ host.charCodeAt(index), 0x5bd1_e995);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0) % count;
}

/** How many of `total` are a thread's; all of them where there is no other. The parts of all threads add up to the total. */
export function partOf(total: number, share: Pick<WorkerShare, 'index' | 'count'> | undefined): number {
  if (share === undefined) return total;
  return Math.floor(total / share.count) + (share.index < total % share.count ? 1 : 0);
}
