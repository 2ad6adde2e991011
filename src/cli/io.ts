import type { Readable, Writable } from 'node:stream';
import type { StageContext } from '../core/stage.ts';

/** A standard stream that may be a terminal. */
export type MaybeTerminal<Stream> = Stream & { readonly isTTY?: boolean; readonly columns?: number };

/** The process as the command line sees it: everything that `main.ts` takes from `process`, so that nothing else needs it. */
export interface Io {
  readonly stdin: MaybeTerminal<Readable>;
  readonly stdout: MaybeTerminal<Writable>;
  readonly stderr: MaybeTerminal<Writable>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Our process id, and whether a process lives: for the locks of checkpoints. */
  readonly processId: number;
  isAlive(processId: number): boolean;
  /** Sends a signal to a process group; undefined where the system has none. */
  readonly killGroup?: StageContext['killGroup'];
  /** The module that worker threads run. */
  readonly workerEntry: URL;
  /** Calls the handler at every SIGINT and SIGTERM, which then no longer end the process. Gives a function that ends this. */
  onInterrupt(handler: (signal: Interrupt) => void): () => void;
}

/** A signal by which a user or a scheduler asks for the end. */
export type Interrupt = 'SIGINT' | 'SIGTERM';
