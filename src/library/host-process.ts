import type { Readable, Writable } from 'node:stream';
import type { LockOwner } from '../pipeline/checkpoint/checkpoint-lock.ts';

/** What a run takes of the process that it is in, where its caller gives nothing else. */
export interface HostProcess {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly lockOwner: LockOwner;
}

/** Gives the process that we are in. Its streams are made when they are asked for. */
export function hostProcess(): HostProcess {
  return {
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    env: process.env,
    cwd: process.cwd(),
    lockOwner: { processId: process.pid, isAlive },
  };
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // A process of somebody else, which may not be signalled, lives.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
