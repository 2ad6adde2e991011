import type { Readable, Writable } from 'node:stream';
import type { StageContext } from '../core/stage.ts';
import type { LockOwner } from '../pipeline/checkpoint/checkpoint-lock.ts';

/** What a run takes of the process that it is in, where its caller gives nothing else. */
export interface HostProcess {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly lockOwner: LockOwner;
  /** Sends a signal to a process group; undefined where the system has none. */
  readonly killGroup: StageContext['killGroup'];
  /** The module that worker threads run. */
  readonly workerEntry: URL;
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
    killGroup: process.platform === 'win32' ? undefined : killGroup,
    // As it was built: a thread can't be given what compiles TypeScript here.
    workerEntry: new URL('dist/worker.js', import.meta.resolve('sluice/package.json')),
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

function killGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch {
    // It has ended meanwhile, or has become another user's: there is nothing that we could do about it.
  }
}
