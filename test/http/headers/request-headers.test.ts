import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError } from '../../../src/core/errors.ts';
import { type HeaderUse, RequestHeaders } from '../../../src/http/headers/request-headers.ts';
import { HostTable } from '../../../src/http/hosts/host-table.ts';

function fieldsOf(headers: Record<string, string>, isTrusted = true, credentials?: string) {
  const use = { ...own, isTrusted, credentials: credentials === undefined ? undefined : new URL(credentials) };
  return record(new RequestHeaders({ userAgent: 'ua', headers }).for(use));
}

/** A request for a line's own URL. */
const own = { url: new URL('http://a.test/'), isTrusted: true, isExposed: false, credentials: undefined };

function record(list: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index < list.length; index += 2) fields[list[index] ?? ''] = list[index + 1] ?? '';
  return fields;
}

function authorizationOf(...parameters: Parameters<typeof fieldsOf>): string | undefined {
  const { authorization } = fieldsOf(...parameters);
  return authorization;
}

describe('the fields', () => {
  test("are ours and the user's, the user's in place of ours", () => {
    const fields = fieldsOf({ 'Accept-Encoding': 'identity', 'X-A': '1' });
    assert.deepEqual(Object.keys(fields), ['user-agent', 'accept', 'accept-encoding', 'x-a']);
    assert.equal(fields['accept-encoding'], 'identity');
  });

  test('are without secrets for another origin', () => {
    const headers = { Authorization: 'x', COOKIE: 'y', 'Proxy-Authorization': 'z', 'X-A': '1' };
    assert.deepEqual(Object.keys(fieldsOf(headers, false)), ['user-agent', 'accept', 'accept-encoding', 'x-a']);
  });

  test("name the URL's user, unless the user gave an authorization that goes with it", () => {
    const basic = `Basic ${Buffer.from('me:p w').toString('base64')}`;
    assert.equal(authorizationOf({}, true, 'http://me:p%20w@a.test/'), basic);
    assert.equal(authorizationOf({ authorization: 'own' }, true, 'http://me:p%20w@a.test/'), 'own');
    assert.equal(authorizationOf({ authorization: 'own' }, false, 'http://me:p%20w@a.test/'), basic);
    assert.equal(
      authorizationOf({}, true, 'http://me:%ff@a.test/'),
      `Basic ${Buffer.from('me:%ff').toString('base64')}`,
    );
  });
});

describe('what stands in the table of hosts', () => {
  const settings = { auth: undefined, delayMs: undefined, perHost: undefined };
  const hosts = new HostTable([
    ['a.test', { ...settings, headers: { 'X-Key': 'key-a', 'User-Agent': 'ua-a' }, auth: 'me:söcret' }],
    ['*.b.test', { ...settings, headers: { 'X-Key': 'key-b' } }],
  ]);
  const headers = new RequestHeaders({ userAgent: 'ua', headers: { Authorization: 'for-all', 'X-Plain': '1' }, hosts });
  const basic = `Basic ${Buffer.from('me:söcret').toString('base64')}`;
  const fieldsFor = (url: string, use: Partial<HeaderUse> = {}) =>
    record(headers.for({ ...own, url: new URL(url), ...use }));

  test('goes to its host in place of what goes to all', () => {
    const { authorization, ...others } = fieldsFor('https://a.test/x');
    assert.equal(authorization, basic);
    assert.deepEqual([others['x-key'], others['user-agent'], others['x-plain']], ['key-a', 'ua-a', '1']);
    assert.equal(fieldsFor('https://x.b.test/')['x-key'], 'key-b');
    assert.equal(fieldsFor('https://x.b.test/')['authorization'], 'for-all');
  });

  for (const url of ['http://b.test/', 'http://a.test:8080/', 'http://a.test.c.test/', 'http://xa.test/']) {
    test(`does not go to ${url}`, () => {
      assert.deepEqual(
        fieldsFor(url),
        record(new RequestHeaders({ userAgent: 'ua', headers: { Authorization: 'for-all', 'X-Plain': '1' } }).for(own)),
      );
    });
  }

  test('goes to its host where a redirect led there, and what goes to all without its secrets', () => {
    const { authorization, 'x-key': key } = fieldsFor('https://a.test/', { isTrusted: false });
    assert.deepEqual([authorization, key], [basic, 'key-a']);
    assert.equal(fieldsFor('https://x.b.test/', { isTrusted: false })['authorization'], undefined);
  });

  test('does not go where a redirect led out of an encrypted connection', () => {
    const { authorization, 'x-key': key } = fieldsFor('http://a.test/', { isTrusted: false, isExposed: true });
    assert.deepEqual([authorization, key], [undefined, undefined]);
  });

  test('goes before the user that a URL names', () => {
    const credentials = new URL('http://you:pw@a.test/');
    assert.equal(fieldsFor('http://a.test/', { credentials })['authorization'], basic);
    assert.equal(fieldsFor('http://a.test/', { credentials, isTrusted: false })['authorization'], basic);
  });

  test('is checked like the others, and its value is not shown', () => {
    const wrong = new HostTable([['a.test', { ...settings, headers: { 'X-Key': 'sec\nret' } }]]);
    assert.throws(
      () => new RequestHeaders({ userAgent: 'ua', headers: {}, hosts: wrong }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /^hosts\.a\.test\.headers: the value of "X-Key" /);
        assert.doesNotMatch(error.message, /sec|ret/);
        return true;
      },
    );
  });
});

describe('the User-Agent', () => {
  test('for all hosts is the one that is sent', () => {
    assert.equal(new RequestHeaders({ userAgent: 'ua', headers: {} }).userAgent, 'ua');
    assert.equal(new RequestHeaders({ userAgent: 'ua', headers: { 'user-AGENT': 'other' } }).userAgent, 'other');
  });
});

describe('a configuration error', () => {
  for (const [name, value] of [
    ['', 'x'],
    ['a b', 'x'],
    ['a:', 'x'],
    ['ä', 'x'],
    ['x-a', 'line\nbreak'],
    ['x-a', 'nul\0'],
    ['x-a', '€'],
    ['Host', 'x'],
    ['content-length', '0'],
    ['Transfer-Encoding', 'chunked'],
    ['connection', 'close'],
  ] as const) {
    test(`is ${JSON.stringify(name)}: ${JSON.stringify(value)}`, () => {
      assert.throws(() => new RequestHeaders({ userAgent: 'ua', headers: { [name]: value } }), ConfigError);
    });
  }

  test('is a User-Agent with a line break', () => {
    assert.throws(() => new RequestHeaders({ userAgent: 'a\r\nb', headers: {} }), ConfigError);
  });
});
