import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveProcess, runProcess } from './process.ts';

/** Starts Node with a program given as text. */
function startScript(text: string, timeoutMs = 10_000): LiveProcess {
  return new LiveProcess(process.execPath, ['-e', text], { timeoutMs });
}

test('a run gives both outputs and the exit code', async () => {
  const script = "process.stdin.pipe(process.stdout); process.stderr.write('said'); process.exitCode = 7;";
  const result = await runProcess(process.execPath, ['-e', script], { input: 'öne\ntwo' });
  assert.deepEqual(result, { stdout: 'öne\ntwo', stderr: 'said', code: 7, signal: null });
});

test('only the variables given and a few harmless ones reach the process', async () => {
  const script = 'process.stdout.write(Object.keys(process.env).sort().join())';
  const { stdout } = await runProcess(process.execPath, ['-e', script], { env: { GIVEN: '1' } });
  assert.match(stdout, /GIVEN/);
  assert.doesNotMatch(stdout, /NODE_TEST_CONTEXT|NODE_OPTIONS/);
});

test('lines come one by one while the process runs', async (t) => {
  const live = startScript('process.stdin.pipe(process.stdout)');
  t.after(live.stop);
  assert.equal(await live.write('first\nsec'), true);
  assert.equal(await live.line(), 'first');
  assert.equal(live.hasExited, false);
  live.end('ond\nlast');
  assert.equal(await live.line(), 'second');
  assert.equal(await live.line(), 'last');
  assert.equal(await live.line(), null);
  assert.equal((await live.exit()).code, 0);
});

test('output that was not read before the end is still there after it', async (t) => {
  const live = startScript("process.stdout.write('left behind')");
  t.after(live.stop);
  await live.exit();
  assert.equal(await live.rest(), 'left behind');
});

test('output that nobody reads stalls the process', async (t) => {
  const live = startScript(`
    const block = 'x'.repeat(1e6) + '\\n';
    process.stdout.write(block, () => process.stderr.write('taken'));
    process.stderr.write('written');
  `);
  t.after(live.stop);
  await live.stderrIncludes('written');
  assert.equal(live.stderr, 'written');
  assert.equal((await live.line())?.length, 1e6);
  await live.stderrIncludes('taken');
});

test('a process that writes to a closed standard output gets EPIPE', async (t) => {
  const live = startScript(`
    process.stdout.on('error', (error) => { process.stderr.write(error.code); process.exitCode = 3; });
    process.stdin.on('data', () => process.stdout.write('more'));
    process.stdout.on('close', () => process.stdin.destroy());
  `);
  t.after(live.stop);
  live.closeStdout();
  await live.write('x');
  assert.deepEqual(await live.exit(), { code: 3, signal: null, stderr: 'EPIPE' });
  assert.equal(await live.line(), null);
});

test('writing to a process that has ended says that nobody reads', async (t) => {
  const live = startScript('');
  t.after(live.stop);
  await live.exit();
  assert.equal(await live.write('x'), false);
});

test('a process that runs too long is killed, and the error shows what it said', async () => {
  const live = startScript("process.stdout.write('so far'); setInterval(() => {}, 1000);", 400);
  await assert.rejects(live.rest(), /still running after 400 ms[\s\S]*standard output: so far/);
  await live.stop();
  assert.equal(live.hasExited, true);
});

test('waiting for words that never come ends with the process', async (t) => {
  const live = startScript("process.stderr.write('others')");
  t.after(live.stop);
  await assert.rejects(live.stderrIncludes('hello'), /without "hello" on standard error[\s\S]*standard error: others/);
});

test('stop kills a process that still runs', async () => {
  const live = startScript('setInterval(() => {}, 1000)');
  await live.stop();
  assert.equal((await live.exit()).signal, 'SIGKILL');
});
