import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../../src/core/errors.ts';
import { proxiesFrom } from '../../../src/http/proxy/proxies.ts';

function chosen(setting: string | undefined, env: Readonly<Record<string, string>>, url: string): string | undefined {
  return proxiesFrom(setting, env)?.for(new URL(url))?.shown;
}

const env = { HTTP_PROXY: 'http://plain.test:1', HTTPS_PROXY: 'http://secure.test:2', NO_PROXY: 'direct.test' };

test('the environment names a proxy for each scheme', () => {
  assert.equal(chosen(undefined, env, 'http://a.test/'), 'http://plain.test:1');
  assert.equal(chosen(undefined, env, 'https://a.test/'), 'http://secure.test:2');
  assert.equal(chosen(undefined, { HTTP_PROXY: 'plain.test:1' }, 'http://a.test/'), 'http://plain.test:1');
  assert.equal(chosen(undefined, { HTTP_PROXY: 'plain.test:1' }, 'https://a.test/'), undefined);
});

test('the lower-case spellings go first, and an empty one counts as none', () => {
  assert.equal(chosen(undefined, { ...env, http_proxy: 'lower.test' }, 'http://a.test/'), 'http://lower.test');
  assert.equal(chosen(undefined, { ...env, http_proxy: '' }, 'http://a.test/'), 'http://plain.test:1');
  assert.equal(chosen(undefined, { ...env, no_proxy: 'a.test' }, 'http://direct.test/'), 'http://plain.test:1');
});

test('a setting goes before the environment, and none of both is asked where it says so', () => {
  assert.equal(chosen('https://own.test', env, 'http://a.test/'), 'https://own.test');
  assert.equal(chosen('https://own.test', env, 'https://a.test/'), 'https://own.test');
  assert.equal(chosen('none', env, 'http://a.test/'), undefined);
  assert.equal(chosen('', env, 'https://a.test/'), undefined);
});

test('NO_PROXY is obeyed for both', () => {
  assert.equal(chosen(undefined, env, 'https://www.direct.test/'), undefined);
  assert.equal(chosen('http://own.test', env, 'https://www.direct.test/'), undefined);
});

test('what is no http(s) proxy is refused without showing it', () => {
  for (const value of ['socks5://user:secret@a.test', 'http://user:secret@a.test/path', 'user:secret@a b', 'http://']) {
    for (const attempt of [() => proxiesFrom(value, {}), () => proxiesFrom(undefined, { https_proxy: value })]) {
      assert.throws(attempt, (error) => error instanceof ConfigError && !error.message.includes('secret'), value);
    }
  }
});

test('credentials are decoded for the field, and not shown', () => {
  const proxy = proxiesFrom('user%40a:p%3Aw@proxy.test:3128', {})?.for('https://a.test');
  assert.equal(proxy?.authorization, `Basic ${Buffer.from('user@a:p:w').toString('base64')}`);
  assert.equal(proxy?.shown, 'http://proxy.test:3128');
});
