import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ConfigError } from '../../../src/core/errors.ts';
import { hostFiles, hostsOption, readHosts } from '../../../src/http/hosts/hosts-option.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'hosts-'));
  writeFileSync(join(folder, 'token'), '  Bearer from-file\n');
  writeFileSync(join(folder, 'login'), 'me:from:file\r\n');
  writeFileSync(join(folder, 'nameless'), 'hidden-word\n');
});
after(() => rmSync(folder, { recursive: true }));

function read(table: unknown) {
  return readHosts(hostsOption().parse(table), (path) => join(folder, path));
}

function problemsOf(table: unknown): readonly string[] {
  try {
    read(table);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('an entry', () => {
  test('has everything or nothing of what can be different', () => {
    const hosts = read({
      'A.example': { headers: { a: 'b' }, auth: 'u:p', delay: '2s', perHost: 3 },
      '*.b.example': {},
    });
    assert.deepEqual(hosts.get('a.example'), { headers: { a: 'b' }, auth: 'u:p', delayMs: 2_000, perHost: 3 });
    assert.deepEqual(hosts.get('x.b.example'), {
      headers: {},
      auth: undefined,
      delayMs: undefined,
      perHost: undefined,
    });
  });

  test('may leave its secrets in files, whose text is taken without the white space around it', () => {
    const host = read({ a: { headers: { 'X-Key': 'file:token' } }, b: { auth: 'file:login' } });
    assert.deepEqual(host.get('a')?.headers, { 'X-Key': 'Bearer from-file' });
    assert.equal(host.get('b')?.auth, 'me:from:file');
  });
});

test('the files of an option are told with their places in it', () => {
  const table = { a: { auth: 'file:login', headers: { b: 'file:/x', c: 'no file' } }, '*.d': { auth: 'u:p' }, e: {} };
  assert.deepEqual(hostFiles(hostsOption().parse(table)), [
    { option: ['a', 'headers', 'b'], file: '/x' },
    { option: ['a', 'auth'], file: 'login' },
  ]);
});

describe('what is refused', () => {
  for (const [title, table] of [
    ['a key that is no host', { 'http://a/': {} }],
    ['an option that there is none of', { a: { delai: '1s' } }],
    ['a delay without a unit', { a: { delay: 5 } }],
    ['no request at a time', { a: { perHost: 0 } }],
    ['a header that is no text', { a: { headers: { b: 5 } } }],
    ['a header that is ours to set', { a: { headers: { Host: 'b' } } }],
    ['an auth without a colon', { a: { auth: 'nobody' } }],
  ] as const) {
    test(`in the form: ${title}`, () => assert.equal(hostsOption().safeParse(table).success, false));
  }

  test('are two keys for the same host', () => {
    assert.deepEqual(problemsOf({ a: {}, A: {} }), ['hosts.A: stands for the same host as an earlier key']);
  });

  test('is the auth of a file without a colon, which is not shown', () => {
    assert.deepEqual(problemsOf({ a: { auth: 'file:nameless' } }), ['hosts.a.auth: must be user:password']);
  });

  test('is an auth beside an Authorization', () => {
    assert.deepEqual(problemsOf({ a: { auth: 'u:p', headers: { authorization: 'x' } } }), [
      'hosts.a.auth: stands beside headers.Authorization; give one of them',
    ]);
  });

  test('are files that are not there, all of them at once', () => {
    assert.deepEqual(problemsOf({ a: { auth: 'file:no', headers: { b: 'file:none' } } }), [
      "hosts.a.headers.b: the file none can't be read (ENOENT)",
      "hosts.a.auth: the file no can't be read (ENOENT)",
    ]);
  });
});
