import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameServerProblem } from '../../../src/http/dns/dns-query.ts';

test('a name server is an address, with or without a port', () => {
  for (const text of [
    '9.9.9.9',
    '9.9.9.9:53',
    '127.0.0.1:65535',
    '2620:fe::fe',
    '[2620:fe::fe]',
    '[2620:fe::fe]:5353',
  ]) {
    assert.equal(nameServerProblem(text), undefined, text);
  }
  for (const text of [
    '',
    'dns.example',
    '9.9.9',
    '9.9.9.9:',
    '9.9.9.9:0',
    '9.9.9.9:65536',
    '[9.9.9.9]',
    '2620:fe::fe:x',
    'x:53',
  ]) {
    assert.match(nameServerProblem(text) ?? '', /^the address of a name server such as /, text);
  }
});
