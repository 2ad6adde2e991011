import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basicAuthorization, basicAuthorizationOf } from '../../../src/http/headers/basic-authorization.ts';

test('the example of RFC 7617, 2 comes out as there, and so does that of 2.1, in UTF-8', () => {
  assert.equal(basicAuthorization('Aladdin:open sesame'), 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  assert.equal(basicAuthorization('test:123£'), 'Basic dGVzdDoxMjPCow==');
});

test('what a URL encodes is decoded, as far as it can be', () => {
  const decoded = (url: string) =>
    Buffer.from(basicAuthorizationOf(new URL(url)).replace('Basic ', ''), 'base64').toString();
  assert.equal(decoded('http://us%40er:p%3Aw%C3%A4@a.test/'), 'us@er:p:wä');
  assert.equal(decoded('http://user@a.test/'), 'user:');
  assert.equal(decoded('http://50%25:5%ZZ@a.test/'), '50%:5%ZZ');
});
