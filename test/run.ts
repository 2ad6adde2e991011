/**
 * Runs the test files: all of them, or those whose path contains one of the words given (`npm test -- http links`).
 * Ends with 1 when a test fails, and also when no test ran.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** Files that run at once. Most wait for servers and child processes, so two at least keep a small machine busy. */
const CONCURRENCY = Math.max(2, availableParallelism());

const words = process.argv.slice(2);
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .map((path) => `${import.meta.dirname}/${path}`)
  .sort();

let passed = 0;
let failed = 0;
const tests = run({ files, concurrency: CONCURRENCY })
  .on('test:pass', () => (passed += 1))
  .on('test:fail', () => (failed += 1));
await finished(tests.compose(new spec()).pipe(process.stdout, { end: false }) && tests).catch(() => (failed += 1));
if (passed === 0) process.stderr.write(`no test ran (${files.length} files)\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
