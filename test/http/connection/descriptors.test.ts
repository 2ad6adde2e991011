import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../../src/core/errors.ts';
import { idleWithinLimit, openFilesLimit } from '../../../src/http/connection/descriptors.ts';

test('where there is room, all idle connections that are wanted are kept', () => {
  assert.equal(idleWithinLimit({ concurrency: 64, idle: 256 }, 1_024), 256);
  assert.equal(idleWithinLimit({ concurrency: 1_000_000, idle: 256 }, undefined), 256);
});

test('where room is short, fewer are kept, down to none', () => {
  assert.equal(idleWithinLimit({ concurrency: 900, idle: 256 }, 1_024), 60);
  assert.equal(idleWithinLimit({ concurrency: 960, idle: 256 }, 1_024), 0);
});

test('where those in use have no room, the message says what to do', () => {
  const message =
    'concurrency: 961 connections need more files than the 1024 that this process may have open; ' +
    'raise the limit (ulimit -n 1025), or ask for at most 960.';
  assert.throws(() => idleWithinLimit({ concurrency: 961, idle: 256 }, 1_024), new ConfigError(message));
});

test('a limit below what a process needs anyway is to be raised', () => {
  assert.throws(() => idleWithinLimit({ concurrency: 1, idle: 0 }, 32), /\(ulimit -n 65\)\.$/);
});

test('the limit is known on Linux, and unknown elsewhere', () => {
  const limit = openFilesLimit();
  if (process.platform === 'linux') assert.equal(typeof limit === 'number' && limit > 0, true);
  else assert.equal(limit, undefined);
  assert.equal(openFilesLimit('/nowhere/limits'), undefined);
});
