import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StageError } from '../../../src/core/errors.ts';
import { type CommandSettings, LineCommand } from '../../../src/formats/exec/line-command.ts';

/** Longer than a test may take. */
const SLEEP = 'sleep 60';
/** Longer than a command has to end, shorter than any sleep here. */
const ENDING = { timeout: 20_000 };

test('a command that answers again and again may take longer than the time-out for what waits', async (t) => {
  // Answers each line when the one after the next has come.
  const script = `const read = require('readline').createInterface({ input: process.stdin });
    const lines = []; read.on('line', (line) => { lines.push(line); if (lines.length > 2) console.log(lines.shift()); })`;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const command = await start(t, [process.execPath, '-e', script], { timeoutMs: 1000 });
  const asked = ['first', 'second'].map((line) => command.ask(() => [line]));
  t.mock.timers.tick(600);
  const third = command.ask(() => ['third']);
  assert.deepEqual(await asked[0], ['first']);
  t.mock.timers.tick(600);
  const fourth = command.ask(() => ['fourth']);
  assert.deepEqual(await asked[1], ['second'], 'asked 1200 ms ago, 600 ms behind the answer before');
  t.mock.timers.tick(1000);
  await assert.rejects(third, failure(/no answer came within 1000 ms/));
  await assert.rejects(fourth, failure(/no answer/));
});

test('a command that has nothing to answer may be silent for as long as it likes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const command = await start(t, ['cat'], { timeoutMs: 1000 });
  assert.deepEqual(await command.ask(() => ['first']), ['first']);
  t.mock.timers.tick(5000);
  assert.deepEqual(await command.ask(() => ['second']), ['second']);
});

describe('with processes of its own', { concurrency: true }, () => {
  test('a command that ends leaves what it has started alone, and its pipes are let go of', ENDING, async (t) => {
    const command = await start(t, ['sh', '-c', `${SLEEP} & echo $!; exec cat > /dev/null`]);
    const [child] = await command.ask(() => ['']);
    endAfterwards(t, child);
    await command.close();
    assert.equal(await isRunning(child), true);
  });

  test(
    'a command that ends while lines wait fails them, though what it has started holds its pipes',
    ENDING,
    async (t) => {
      const command = await start(t, ['sh', '-c', `${SLEEP} & echo $!; exit 4`]);
      const [child] = await command.ask(() => ['']);
      endAfterwards(t, child);
      await assert.rejects(
        command.ask(() => ['']),
        failure(/it ended with code 4/),
      );
      await command.close();
    },
  );

  test('a command that does not end with its input is ended with all that it has started', ENDING, async (t) => {
    const command = await start(t, ['sh', '-c', `trap '' TERM; ${SLEEP} & echo $!; wait; ${SLEEP}`]);
    const [child] = await command.ask(() => ['']);
    endAfterwards(t, child);
    await command.close();
    while (await isRunning(child)) await nextTurn();
  });

  test('a command that is ended for its silence is ended with all that it has started', ENDING, async (t) => {
    const command = await start(t, ['sh', '-c', `${SLEEP} & echo $!; wait`], { timeoutMs: 300 });
    const [child] = await command.ask(() => ['']);
    endAfterwards(t, child);
    await assert.rejects(
      command.ask(() => ['']),
      failure(/no answer came/),
    );
    while (await isRunning(child)) await nextTurn();
  });

  test('a command that closes its input, and goes on, fails what waits', ENDING, async (t) => {
    const command = await start(t, ['sh', '-c', `exec <&-; echo closed; exec ${SLEEP}`]);
    await command.ask(() => ['']).catch(() => {});
    await assert.rejects(
      command.ask(() => ['']),
      failure(/it closed its input/),
    );
  });

  test('where a command does not read, lines are made for what a pipe holds, and for no more', ENDING, async (t) => {
    const command = await start(t, ['sh', '-c', `exec ${SLEEP}`], { timeoutMs: 300 });
    let made = 0;
    const page = () => {
      made += 1;
      return ['x'.repeat(500_000)];
    };
    const asked = Array.from({ length: 16 }, () => command.ask(page));
    for (const answer of asked) await assert.rejects(answer, failure(/no answer came/));
    assert.equal(made, 1);
  });

  test('lines that waited for room are given in the order in which they were asked', ENDING, async (t) => {
    const command = await start(t, ['cat']);
    const lines = Array.from({ length: 16 }, (_, index) => `${index}`.repeat(50_000));
    const answers = await Promise.all(lines.map((line) => command.ask(() => [line])));
    assert.deepEqual(answers.flat(), lines);
  });
});

async function start(t: TestContext, command: CommandSettings['command'], more: Partial<CommandSettings> = {}) {
  const { PATH } = process.env;
  const killGroup = (groupId: number, signal: NodeJS.Signals) => {
    process.kill(-groupId, signal);
  };
  const settings = { command, folder: '/', env: { PATH }, timeoutMs: 10_000, killGroup, ...more };
  const started = await LineCommand.start(settings);
  t.after(async () => {
    t.mock.timers.reset();
    started.kill();
    await started.close();
  });
  return started;
}

function failure(message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StageError, String(error));
    assert.equal(error.code, 'COMMAND_FAILED');
    assert.match(error.message, message);
    return true;
  };
}

/** What is over may still be there, as a zombie. */
async function isRunning(processId: string | undefined): Promise<boolean> {
  const stat = await readFile(`/proc/${processId}/stat`, 'utf8').catch(() => ') Z');
  return !/\) [ZX]/.test(stat);
}

function endAfterwards(t: TestContext, processId: string | undefined): void {
  assert.match(processId ?? '', /^\d+$/);
  t.after(async () => {
    if (await isRunning(processId)) process.kill(Number(processId), 'SIGKILL');
  });
}
