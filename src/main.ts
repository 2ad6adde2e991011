#!/usr/bin/env node
import { createReadStream, fstatSync } from 'node:fs';
import { runCommandLine } from './cli/command-line.ts';
import type { Interrupt, Io } from './cli/io.ts';
import { hostProcess } from './library/host-process.ts';

const { env, cwd, lockOwner, killGroup, workerEntry } = hostProcess();

/** Time that an interrupted run has, once it is over, to end by itself: its files may still be closing. */
const HELD_UP_MS = 1000;

/** Standard input. A folder there (`sluice < .`) would be an empty one to Node; to read it as a file fails as it should. */
const stdin = fstatSync(0).isDirectory() ? createReadStream('', { fd: 0 }) : process.stdin;

/** Arguments in, exit code out: the only file of the program that touches `process`. */
const io: Io = {
  stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  ...lockOwner,
  env,
  cwd,
  killGroup,
  workerEntry,
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
const exitCode = await runCommandLine(process.argv.slice(2), io);
process.exitCode = exitCode;
// Standard input that still waits must not keep the process alive; standard output still drains.
stdin.destroy();
// Nor may rows that a stalled reader won't take, once the run was told to stop.
if (exitCode > 128 && process.stdout.writableLength > 0) process.exit();
// Nor a call that the system holds up (to open a named pipe that nobody writes to), for which `process.exit` would wait as well.
if (exitCode > 128) setTimeout(() => process.kill(process.pid, exitCode - 128), HELD_UP_MS).unref();
