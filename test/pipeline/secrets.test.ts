import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecretName, MASK, maskSecrets } from '../../src/pipeline/secrets.ts';

test('names of secrets are known in any case', () => {
  for (const name of [
    'Authorization',
    'proxy-authorization',
    'COOKIE',
    'Set-Cookie',
    'X-Api-Key',
    'password',
    'accessToken',
  ]) {
    assert.equal(isSecretName(name), true, name);
  }
  for (const name of ['Accept', 'path', 'timeout', 'columns', 'User-Agent', 'keepAlive', 'author', 'authority']) {
    assert.equal(isSecretName(name), false, name);
  }
});

test('the value of a secret key is masked, whatever it is made of', () => {
  const value = { headers: { Cookie: 'a=b', token: 5, Accept: 'x', secrets: ['a', { b: 'c' }] } };
  assert.deepEqual(maskSecrets(value), {
    headers: { Cookie: MASK, token: MASK, Accept: 'x', secrets: [MASK, { b: MASK }] },
  });
});

test('users and passwords in URLs are masked, wherever they stand in a text', () => {
  assert.equal(maskSecrets('http://u:p@ss@h/ and ftp://:x@y'), `http://${MASK}@h/ and ftp://${MASK}@y`);
  assert.equal(maskSecrets('https://token@host/'), `https://${MASK}@host/`);
  assert.equal(maskSecrets('me (+https://example.com/; me@example.com)'), 'me (+https://example.com/; me@example.com)');
  assert.equal(maskSecrets('http://h:80/a@b'), 'http://h:80/a@b');
});

test('user and password of a proxy and of a listed URL are masked without a scheme, too', () => {
  assert.deepEqual(maskSecrets({ proxy: 'user:p@h:80' }), { proxy: `${MASK}@h:80` });
  assert.deepEqual(maskSecrets({ proxy: 'http://user:p@h:80' }), { proxy: `http://${MASK}@h:80` });
  assert.deepEqual(maskSecrets({ list: ['token@h/x', 'h/y'] }), { list: [`${MASK}@h/x`, 'h/y'] });
  assert.deepEqual(maskSecrets({ proxy: 'h:80', other: 'a:b@c' }), { proxy: 'h:80', other: 'a:b@c' });
});

test('the value of a secret header line is masked', () => {
  assert.deepEqual(maskSecrets(['Authorization: Bearer x', 'Accept: y']), [`Authorization: ${MASK}`, 'Accept: y']);
});

test('in a table of hosts every header and auth is masked, and nothing for the name of its host', () => {
  const hosts = {
    'auth.example': { headers: { 'X-Any': 'a' }, auth: 'me:pw', delay: '1s', perHost: 2 },
    b: { delay: '2s' },
    c: 'd',
  };
  assert.deepEqual(maskSecrets({ hosts }), {
    hosts: {
      'auth.example': { headers: { 'X-Any': MASK }, auth: MASK, delay: '1s', perHost: 2 },
      b: { delay: '2s' },
      c: 'd',
    },
  });
});
