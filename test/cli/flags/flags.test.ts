import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { removeFolder, temporaryFolder } from '../../helpers/files/samples.ts';
import { mixedList, startLinkSite } from '../../helpers/network/link-site.ts';
import { type HeldRoute, held, type Site } from '../../helpers/network/site.ts';
import { mainPath, startSluice } from '../../helpers/processes/cli.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';
import { LiveProcess } from '../../helpers/processes/process.ts';

const ESCAPE = '\x1b';

let site: Site;
let slow: HeldRoute;
let folder: string;

before(async () => {
  site = await startLinkSite({ '/slow': (request, response) => slow.handle(request, response) });
});
beforeEach(async () => {
  slow = held('<a href="/x">x</a>');
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));
after(() => site?.close());

for (const [args, advice] of [
  [['chek', 'links.yaml'], 'did you mean "check"'],
  [['runn', 'links.yaml'], 'did you mean "run"'],
  [['--selekt', 'all'], 'did you mean --select'],
  [['--ouput=x.tsv'], 'did you mean --output'],
  [['--no-heade'], 'did you mean --no-header'],
  [['run', 'links.yaml', '--limt', '1'], 'did you mean --limit'],
  [['run', 'links.yaml', '--select', 'all'], "try 'sluice run --help'"],
  [['check', 'links.yaml', '--columns', 'status'], "try 'sluice check --help'"],
  [['run'], "an argument is missing; try 'sluice run --help'"],
  [['explain', '--format', 'json'], "an argument is missing; try 'sluice explain --help'"],
  [['-i'], 'a value is missing behind -i'],
  [['--output'], 'a value is missing behind --output'],
  [['-Z'], "try 'sluice links --help'"],
] as const) {
  test(`sluice ${args.join(' ')} is refused in one line: ${advice}`, async () => {
    await writeFile(
      join(folder, 'links.yaml'),
      `source: { urls: { list: [${site.origin}/one] } }\nsteps: [fetch, links]\n`,
    );
    const earlier = site.requests.length;
    const { code, stdout, stderr } = await callSluice(args, { cwd: folder, input: `${site.origin}/one\n` });
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /^sluice: [^\n]+\n$/);
    assert.ok(stderr.includes(advice), stderr);
    assert.equal(site.requests.length, earlier);
  });
}

test('--quiet says nothing when all is well', async () => {
  const { code, stderr } = await run(['-q'], mixedList(site.origin));
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
});

test('--verbose has a line for each line of the input: what became of it, and how', async () => {
  const { stderr } = await run(['-v', '--dedupe'], mixedList(site.origin));
  const told = stderr.replaceAll(site.origin, '').replaceAll(/\d+ms/g, 'Nms').trimEnd().split('\n').slice(0, -1);
  assert.deepEqual(told.map((line) => line.replace(/ \(.*/, '')).sort(), [
    'duplicate /two',
    'empty    /none 200 Nms',
    'http-status /gone 404 Nms',
    'invalid-url not a url',
    'linked   /moved 200 1 rows Nms',
    'linked   /two 200 2 rows Nms',
    'not-html /text 200 Nms',
  ]);
});

test('text from outside cannot drive the terminal', async () => {
  const hostile = `${site.origin}/${ESCAPE}[31mred\u009b2J\u202e\n${ESCAPE}]0;title\u0007 no url\n`;
  const { stderr } = await run(['-v'], hostile);
  assert.ok(stderr.includes('\\x1B[31mred\\x9B2J\\u{202E}'), stderr);
  assert.ok(stderr.includes('\\x1B]0;title\\x07 no url'), stderr);
  // biome's rule against control characters in expressions has a point, so they are looked for one by one.
  const controls = [...stderr].filter((character) => character !== '\n' && /\p{Cc}|\p{Bidi_Control}/u.test(character));
  assert.deepEqual(controls, []);
});

for (const env of [{}, { NO_COLOR: '1' }, { FORCE_COLOR: '1', TERM: 'xterm-256color' }]) {
  const names = Object.keys(env).join() || 'neither NO_COLOR nor FORCE_COLOR';
  test(`no live line and no escape sequence where standard error is no terminal, with ${names}`, async (t) => {
    const sluice = startSluice(['--allow-private', '-v', slowPage(names)], { env });
    t.after(sluice.stop);
    await longerThanLiveLineTakes(names);
    slow.release();
    const stdout = await sluice.rest();
    const { stderr } = await sluice.exit();
    assert.equal(stdout.includes(ESCAPE) || stderr.includes(ESCAPE), false);
    assert.equal(stderr.includes('in flight'), false);
  });
}

test('--progress shows the live line where standard error is no terminal', async (t) => {
  const sluice = startSluice(['--allow-private', '--progress', `${site.origin}/one`, `${site.origin}/slow`]);
  t.after(sluice.stop);
  await sluice.stderrIncludes('1 done · ');
  await sluice.stderrIncludes(' · 1 in flight · 1 ok · 0 failed · 0 skipped · 1 rows · ');
  slow.release();
  await sluice.rest();
  assert.equal((await sluice.exit()).code, 0);
});

test('--quiet is stronger than --verbose', async () => {
  const { code, stderr } = await run(['-q', '-v'], mixedList(site.origin));
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
});

test('--quiet is stronger than --progress', async (t) => {
  const sluice = startSluice(['--allow-private', '-q', '--progress', slowPage('quiet')]);
  t.after(sluice.stop);
  await longerThanLiveLineTakes('quiet');
  slow.release();
  await sluice.rest();
  assert.equal((await sluice.exit()).stderr, '');
});

test('a flag that is given twice has its last value', async () => {
  const { stdout } = await run(['-f', 'csv', '-f', 'jsonl', '--no-header', `${site.origin}/one`]);
  assert.equal(stdout, `${JSON.stringify({ source_url: `${site.origin}/one`, parsed_url: `${site.origin}/z` })}\n`);
});

test('what stands behind -- is no flag', async () => {
  const { stdout, stderr } = await run(['-v', '--', `${site.origin}/one`, '-v']);
  assert.equal(stdout, `source_url\tparsed_url\n${site.origin}/one\t${site.origin}/z\n`);
  assert.match(stderr, /^[a-z-]+ +-v /m);
});

const terminal =
  spawnSync('script', ['--version']).status === 0 ? false : 'script (util-linux) is not there to give a terminal';

test('on a terminal the live line appears, and has vanished when the summary comes', { skip: terminal }, async (t) => {
  const sluice = onTerminal(`-o links.tsv ${site.origin}/one ${site.origin}/slow`);
  t.after(sluice.stop);
  let screen = '';
  while (!screen.includes('1 in flight')) screen += `${await nextLine(sluice)}\n`;
  slow.release();
  screen += await sluice.rest();
  const [lastLine = '', afterwards = ''] = screen.split(/(?:in flight[^\n]*\n)(?!.*in flight)/s);
  assert.ok(lastLine.includes('2 done') || lastLine.includes('1 done'), screen);
  const summaryAt = afterwards.indexOf('sluice: read 2 = 2 linked');
  assert.ok(summaryAt > 0, screen);
  assert.ok(afterwards.slice(0, summaryAt).includes(`${ESCAPE}[2K`), 'the line was not erased before the summary');
  assert.equal((await readFile(join(folder, 'links.tsv'), 'utf8')).split('\n').length, 4);
});

test('on a terminal the word about an interrupt stands above the live line', { skip: terminal }, async (t) => {
  const sluice = onTerminal(`-o links.tsv ${slowPage('interrupt')}`);
  t.after(sluice.stop);
  let screen = '';
  while (!screen.includes('1 in flight')) screen += `${await nextLine(sluice)}\n`;
  await sluice.write('\x03');
  while (!screen.includes('once more stops at once')) screen += `${await nextLine(sluice)}\n`;
  slow.release();
  const [before = ''] = screen.split('sluice: SIGINT: finishing');
  const sinceDrawn = before.slice(before.lastIndexOf('in flight'));
  assert.ok(sinceDrawn.includes(`${ESCAPE}[2K`), 'the live line was not erased before');
  await sluice.rest();
});

for (const flag of ['', '--progress']) {
  test(`on a terminal that gets the rows there is no live line to wipe them out, ${flag || 'with no flag'}`, {
    skip: terminal,
  }, async (t) => {
    const page = slowPage(`rows ${flag}`);
    const sluice = onTerminal(`${flag} ${site.origin}/one ${page}`);
    t.after(sluice.stop);
    await longerThanLiveLineTakes(`rows ${flag}`);
    slow.release();
    const rows = [`${site.origin}/one\t${site.origin}/z`, `${page}\t${site.origin}/x`];
    const [header, first, second, summary] = (await sluice.rest()).split('\r\n');
    assert.deepEqual([header, first, second], ['source_url\tparsed_url', ...rows]);
    assert.match(summary ?? '', /^sluice: read 2 = 2 linked/);
  });
}

for (const size of ['rows 0 cols 0', 'rows 24 cols 20']) {
  test(`on a terminal of ${size} --verbose says whole lines, above the live line`, { skip: terminal }, async (t) => {
    const sluice = onTerminal(`-v -o links.tsv ${site.origin}/one ${slowPage(size)}`, `stty ${size}; TERM=xterm `);
    t.after(sluice.stop);
    let screen = '';
    while (!screen.includes('1 done')) screen += `${await nextLine(sluice)}\n`;
    slow.release();
    screen += await sluice.rest();
    assert.match(screen, new RegExp(`linked {3}${site.origin}/one 200 1 rows \\d+ms\r\n`));
    assert.match(screen, new RegExp(`linked {3}${site.origin}/slow\\S* 200 1 rows \\d+ms\r\n`));
  });
}

for (const [what, flags, prefix] of [
  ['--no-progress', '--no-progress', ''],
  ['a dumb terminal', '', 'TERM=dumb '],
] as const) {
  test(`${what} means no live line on a terminal`, { skip: terminal }, async (t) => {
    const sluice = onTerminal(`-o links.tsv ${flags} ${slowPage(what)}`, prefix);
    t.after(sluice.stop);
    await longerThanLiveLineTakes(what);
    slow.release();
    const screen = await sluice.rest();
    assert.match(screen, /^sluice: read 1 = 1 linked [^\n]*\r\n$/);
  });
}

/** Runs in the test's folder, private addresses allowed. */
function run(args: readonly string[], input = '') {
  return callSluice(['--allow-private', ...args], { input, cwd: folder });
}

/** The URL of the page that waits for `slow.release`, of its own for each test. */
function slowPage(name: string): string {
  return `${site.origin}${slowPath(name)}`;
}

function slowPath(name: string): string {
  return `/slow?${encodeURIComponent(name)}`;
}

/** The live line is drawn five times a second; that it is not drawn can only be waited for. */
async function longerThanLiveLineTakes(name: string): Promise<void> {
  await site.requested(1, slowPath(name));
  await wait(500);
}

/** Starts `sluice` with a terminal for all three standard streams. Its screen comes on the standard output of this process. */
function onTerminal(args: string, prefix = 'TERM=xterm '): LiveProcess {
  const command = `stty rows 24 cols 200; ${prefix}'${process.execPath}' '${mainPath}' --allow-private ${args}`;
  return new LiveProcess('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: folder,
  });
}

async function nextLine(sluice: LiveProcess): Promise<string> {
  return (await sluice.line()) ?? assert.fail('the process has ended');
}
