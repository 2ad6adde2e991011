import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { giveLinkSite, mixedList, mixedRows } from '../helpers/network/link-site.ts';
import type { Site } from '../helpers/network/site.ts';
import { runSluice } from '../helpers/processes/cli.ts';
import { type CommandLineResult, callSluice } from '../helpers/processes/command-line.ts';
import type { ProcessResult } from '../helpers/processes/process.ts';

let site: Site;
let folder: string;
giveLinkSite((given) => {
  ({ site, folder } = given);
});

test('rows go to standard output under one header, and nothing else does', async () => {
  const { stdout, code } = await sluiceProcess(['--dedupe', '-v'], mixedList(site.origin));
  assert.equal(code, 0);
  assert.deepEqual(sorted(stdout), { header: 'source_url\tparsed_url', rows: mixedRows(site.origin) });
});

test('csv is chosen by --format', async () => {
  const { stdout } = await sluice(['-f', 'csv'], `${site.origin}/one\n`);
  assert.equal(stdout, `source_url,parsed_url\n${site.origin}/one,${site.origin}/z\n`);
});

test('jsonl has an object a row and no header', async () => {
  const { stdout } = await sluice(['-f', 'jsonl'], `${site.origin}/one\n`);
  assert.equal(stdout, `${JSON.stringify({ source_url: `${site.origin}/one`, parsed_url: `${site.origin}/z` })}\n`);
});

test('--columns chooses the columns and their order', async () => {
  const { stdout } = await sluice(
    ['--columns', 'status, tag,attribute,final_url,parsed_url'],
    `${site.origin}/moved\n`,
  );
  const row = ['200', 'a', 'href', `${site.origin}/one`, `${site.origin}/z`].join('\t');
  assert.equal(stdout, `status\ttag\tattribute\tfinal_url\tparsed_url\n${row}\n`);
});

test('--no-header leaves the header out', async () => {
  const { stdout } = await sluice(['--no-header'], `${site.origin}/one\n`);
  assert.equal(stdout, `${site.origin}/one\t${site.origin}/z\n`);
});

test('source_url is the line as given, without the white space around it', async () => {
  const host = site.origin.replace('http://', 'HTTP://');
  const { stdout } = await sluice([], `\uFEFF  ${host}/one#top \r\n`);
  assert.equal(stdout, `source_url\tparsed_url\n${host}/one#top\t${site.origin}/z\n`);
});

for (const [name, text] of [
  ['links.csv', 'source_url,parsed_url\nSITE/one,SITE/z\n'],
  ['links.jsonl', '{"source_url":"SITE/one","parsed_url":"SITE/z"}\n'],
  ['links.tsv', 'source_url\tparsed_url\nSITE/one\tSITE/z\n'],
] as const) {
  test(`--output ${name} is written in the format of its extension, and standard output stays empty`, async () => {
    const { stdout, code } = await sluice(['-o', name], `${site.origin}/one\n`);
    assert.deepEqual({ stdout, code }, { stdout: '', code: 0 });
    assert.equal((await readFile(join(folder, name), 'utf8')).replaceAll(site.origin, 'SITE'), text);
  });
}

test('--output links.csv.gz is a whole gzip file with one header', async () => {
  await sluiceProcess(['-o', 'links.csv.gz'], `${site.origin}/one\n${site.origin}/two\n`);
  const { header, rows } = sorted(gunzipSync(await readFile(join(folder, 'links.csv.gz'))).toString());
  assert.equal(header, 'source_url,parsed_url');
  const expected = ['/one,/z', '/two,/x', '/two,/y'];
  assert.deepEqual(
    rows.map((row) => row.replaceAll(site.origin, '')),
    expected,
  );
});

test('--failures names each failed line with its code, status and place', async () => {
  await sluice(['--failures', 'failures.jsonl'], mixedList(site.origin));
  const text = await readFile(join(folder, 'failures.jsonl'), 'utf8');
  const rows = text
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row))
    .sort((one, other) => one.line - other.line);
  assert.deepEqual(Object.keys(rows[0]), ['source_url', 'code', 'status', 'attempts', 'ms', 'message', 'line']);
  const told = rows.map(({ ms: _ms, message: _message, ...rest }) => rest);
  assert.deepEqual(told, [
    { source_url: `${site.origin}/gone`, code: 'http-status', status: 404, attempts: 1, line: 4 },
    { source_url: 'not a url', code: 'invalid-url', status: null, attempts: 0, line: 9 },
  ]);
});

test('--failures and --pages are csv where their extension says so', async () => {
  await sluice(['--failures', 'failures.csv', '--pages', 'pages.csv'], mixedList(site.origin));
  const failures = sorted(await readFile(join(folder, 'failures.csv'), 'utf8'));
  assert.equal(failures.header, 'source_url,code,status,attempts,ms,message,line');
  const pages = sorted(await readFile(join(folder, 'pages.csv'), 'utf8'));
  assert.equal(
    pages.header,
    'source_url,final_url,outcome,status,content_type,bytes,links,attempts,ms,line,etag,last_modified',
  );
});

test('--pages has a row for each line that was asked for, whatever came of it', async () => {
  await sluice(['--dedupe', '--pages', 'pages.jsonl'], mixedList(site.origin));
  const text = await readFile(join(folder, 'pages.jsonl'), 'utf8');
  const rows = text
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row))
    .sort((one, other) => one.line - other.line)
    .map(({ source_url, final_url, outcome, status, links }) => {
      return [source_url.slice(site.origin.length), final_url.slice(site.origin.length), outcome, status, links];
    });
  assert.deepEqual(rows, [
    ['/two', '/two', 'linked', 200, 2],
    ['/none', '/none', 'empty', 200, 0],
    ['/gone', '/gone', 'failed', 404, 0],
    ['/moved', '/one', 'linked', 200, 1],
    ['/text', '/text', 'skipped', 200, 0],
  ]);
});

test('an output without rows has its header', async () => {
  await sluice(['-o', 'links.tsv', '--failures', 'failures.csv'], `${site.origin}/none\n`);
  assert.equal(await readFile(join(folder, 'links.tsv'), 'utf8'), 'source_url\tparsed_url\n');
  assert.match(await readFile(join(folder, 'failures.csv'), 'utf8'), /^source_url,[a-z,]+\n$/);
});

test('several inputs are read one after the other, standard input and compressed ones among them', async () => {
  await writeFile(join(folder, 'first.txt'), `${site.origin}/one`);
  await writeFile(join(folder, 'last.txt.gz'), gzipSync(`${site.origin}/moved\n`));
  const inputs = ['-i', 'first.txt', '-i', '-', '-i', 'last.txt.gz'];
  const { stdout, code } = await sluiceProcess([...inputs, '--pages', 'pages.jsonl'], `${site.origin}/none\n`);
  assert.equal(code, 0);
  assert.deepEqual(sorted(stdout).rows, [
    `${site.origin}/moved\t${site.origin}/z`,
    `${site.origin}/one\t${site.origin}/z`,
  ]);
  const pages = (await readFile(join(folder, 'pages.jsonl'), 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    pages.map((page) => JSON.parse(page).line),
    [1, 1, 1],
    'lines are counted for each input by itself',
  );
});

test('an input that is missing is found before an output is touched', async () => {
  await writeFile(join(folder, 'links.tsv'), 'of yesterday\n');
  await writeFile(join(folder, 'here.txt'), `${site.origin}/missing-input\n`);
  const { code, stderr } = await sluice(['-i', 'here.txt', '-i', 'nowhere.txt', '-o', 'links.tsv']);
  assert.deepEqual(
    { code, stderr },
    { code: 3, stderr: "sluice: nowhere.txt: can't be read: there is no such file.\n" },
  );
  assert.equal(await readFile(join(folder, 'links.tsv'), 'utf8'), 'of yesterday\n');
  assert.equal(
    site.requests.some(({ path }) => path === '/missing-input'),
    false,
  );
});

test('a folder as input ends the run with 3', async () => {
  await mkdir(join(folder, 'lists'));
  const { code, stderr } = await sluice(['-i', 'lists']);
  assert.deepEqual({ code, stderr }, { code: 3, stderr: "sluice: lists: can't be read: it is a folder.\n" });
});

test('a compressed input that is cut short ends the run with 3, its readable lines done', async () => {
  const whole = gzipSync(`${site.origin}/one\n`.repeat(3));
  await writeFile(join(folder, 'list.txt.gz'), whole.subarray(0, -6));
  const { code, stderr } = await sluiceProcess(['-i', 'list.txt.gz']);
  assert.equal(code, 3);
  assert.match(stderr, /^sluice: list\.txt\.gz: can't be read: .+\n$/m);
});

test('a binary file as input gives failures, not a crash', async () => {
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xfe, 0x00, 0x0a]);
  await writeFile(join(folder, 'image.png'), Buffer.concat([bytes, Buffer.alloc(100_000, 0xff)]));
  const { code, stdout } = await sluiceProcess(['-i', 'image.png', '--failures', 'failures.jsonl']);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: 'source_url\tparsed_url\n' });
  const failures = (await readFile(join(folder, 'failures.jsonl'), 'utf8')).trimEnd().split('\n');
  assert.deepEqual(new Set(failures.map((row) => JSON.parse(row).code)), new Set(['invalid-url']));
});

test('URLs may be arguments; standard input is not read then', async () => {
  const { stdout } = await sluice([`${site.origin}/one`, `${site.origin}/none`], `${site.origin}/two\n`);
  assert.equal(stdout, `source_url\tparsed_url\n${site.origin}/one\t${site.origin}/z\n`);
});

test('a URL without a scheme may be an argument, behind the name of the command too', async () => {
  const { code, stderr } = await sluice(['links', '-v', '127.0.0.1:1/page']);
  assert.equal(code, 1);
  assert.match(stderr, /^connect-refused 127\.0\.0\.1:1\/page /m);
});

test('private addresses are refused without a connection', async () => {
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::ffff:127.0.0.1]:${port}`, `2130706433:${port}`];
  const result = await runSluice(
    ['--failures', 'failures.jsonl', '--retries', '0', ...hosts.map((host) => `http://${host}/`)],
    {
      cwd: folder,
    },
  );
  await new Promise((resolve) => listener.close(resolve));
  assert.equal(result.code, 1);
  const failures = (await readFile(join(folder, 'failures.jsonl'), 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    failures.map((row) => JSON.parse(row).code),
    hosts.map(() => 'blocked-address'),
  );
  assert.equal(connections, 0);
});

test('header fields and the user agent are sent as told', async () => {
  await sluice([
    '-H',
    'X-Team: link audit',
    '--header',
    'Accept-Language: pl',
    '-A',
    'probe/1',
    `${site.origin}/headers`,
  ]);
  const { headers } = site.requests.find(({ path }) => path === '/headers') ?? assert.fail('no request');
  assert.equal(headers['x-team'], 'link audit');
  assert.equal(headers['accept-language'], 'pl');
  assert.equal(headers['user-agent'], 'probe/1');
});

/** Runs in the test's folder, private addresses allowed. */
function sluice(args: readonly string[], input = ''): Promise<CommandLineResult> {
  return callSluice(['--allow-private', ...args], { input, cwd: folder });
}

/** Does the same as a process of its own. */
function sluiceProcess(args: readonly string[], input = ''): Promise<ProcessResult> {
  return runSluice(['--allow-private', ...args], { input, cwd: folder });
}

function sorted(text: string): { readonly header: string | undefined; readonly rows: readonly string[] } {
  const [header, ...rows] = text.trimEnd().split('\n');
  return { header, rows: rows.sort() };
}
