import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { commands } from '../../../src/cli/commands.ts';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { describeCommands } from '../../../src/cli/reference/describe-commands.ts';
import { manPage } from '../../../src/cli/reference/man-page.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';

const described = await describeCommands(commands, stageDefinitions);
const page = manPage(described, '2026-11-22');

test('mandoc finds nothing to complain of', { skip: lacks('mandoc') }, () => {
  const { status, stdout, stderr } = spawnSync('mandoc', ['-T', 'lint'], { input: page, encoding: 'utf8' });
  assert.equal(`${stdout}${stderr}`, '');
  assert.equal(status, 0);
});

test('man shows every command, flag and exit code as they are typed', { skip: lacks('mandoc') }, () => {
  const { stdout } = spawnSync('mandoc', ['-T', 'ascii'], { input: page, encoding: 'utf8' });
  // Bold is a character, a backspace and the character again.
  const text = stdout.replaceAll(/.[\b]/g, '').replaceAll(/\s+/g, ' ');
  for (const { name, usage, flags } of described) {
    assert.equal(text.includes(`sluice ${name} ${usage}`.trim()), true, name);
    for (const { spellings } of flags) for (const spelling of spellings) assert.equal(text.includes(spelling), true);
  }
  for (const code of Object.values(exitCodes)) assert.match(text, new RegExp(`[ ,]${code}[ ,]`));
  assert.match(text, /\$\{NAME:-default\}/);
});

test('no line of text is taken for a request', () => {
  const command = { name: 'x', usage: '', candidates: undefined, flags: [], examples: [] };
  const text = manPage([{ ...command, summary: ".so /etc/passwd 'br \\n" }], '2026-11-22');
  assert.match(text, /^\\&\.so \/etc\/passwd \\&'br \\en$/m);
});

/** The reason to skip where a program is not installed. */
function lacks(program: string): string | false {
  return spawnSync(program, ['-?']).error === undefined ? false : `${program} is not installed`;
}
