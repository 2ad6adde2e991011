#!/usr/bin/env node
import { runCommandLine } from './cli/command-line.ts';
import type { Interrupt, Io } from './cli/io.ts';

/** Arguments in, exit code out: the only file that touches `process`. */
const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  processId: process.pid,
  isAlive: (processId) => {
    try {
      return process.kill(processId, 0);
    } catch (error) {
      // A process of somebody else, which may not be signalled, lives.
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  },
  onInterrupt: (handler) => {
    const signals: readonly Interrupt[] = ['SIGINT', 'SIGTERM'];
    for (const signal of signals) process.on(signal, handler);
    return () => {
      for (const signal of signals) process.off(signal, handler);
    };
  },
};

// A reader that has closed is told to whoever writes, by the write itself.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
process.exitCode = await runCommandLine(process.argv.slice(2), io);
// Standard input that still waits must not keep the process alive; standard output still drains.
process.stdin.destroy();
// Nor may rows that a stalled reader won't take, once the run was told to stop.
if (process.exitCode > 128 && process.stdout.writableLength > 0) process.exit();
