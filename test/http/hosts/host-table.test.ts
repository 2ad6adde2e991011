import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostTable, hostPattern } from '../../../src/http/hosts/host-table.ts';

describe('a key', () => {
  for (const [text, pattern] of [
    ['example.com', 'example.com'],
    ['EXAMPLE.com', 'example.com'],
    ['example.com:8080', 'example.com:8080'],
    ['*.example.org', '*.example.org'],
    ['*.example.org:8443', '*.example.org:8443'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['127.0.0.1:9', '127.0.0.1:9'],
    ['[::1]', '[::1]'],
    ['[::1]:9', '[::1]:9'],
  ] as const) {
    test(`${text} is the host ${pattern}`, () => assert.equal(hostPattern(text), pattern));
  }

  for (const text of [
    '',
    '*',
    '*.',
    'http://a.example',
    'a.example/',
    'a.example?b',
    'me@a.example',
    'a b',
    'a.*.example',
    '**.a',
    'a.example:',
    'a.example:80',
    'a.example:443',
    '[::1]:443',
    'a.example:x',
    'a.example:99999',
  ]) {
    test(`${JSON.stringify(text)} is none`, () => assert.equal(hostPattern(text), undefined));
  }
});

test('the size is the number of keys', () => {
  assert.equal(new HostTable([]).size, 0);
  assert.equal(
    new HostTable([
      ['a.example', 1],
      ['*.a.example', 2],
    ]).size,
    2,
  );
});

describe('the value', () => {
  const table = new HostTable([
    ['a.example', 1],
    ['*.example', 2],
    ['*.a.example', 3],
    ['a.example:81', 4],
    ['*.a.example:81', 5],
  ]);
  for (const [host, value] of [
    ['a.example', 1],
    ['b.example', 2],
    ['c.b.example', 2],
    ['b.a.example', 3],
    ['c.b.a.example', 3],
    ['a.example:81', 4],
    ['b.a.example:81', 5],
    ['b.a.example:82', undefined],
    ['b.example:81', undefined],
    ['example', undefined],
    ['xexample', undefined],
    ['a.example.com', undefined],
    ['constructor', undefined],
  ] as const) {
    test(`for ${host} is ${value}`, () => {
      assert.equal(table.get(host), value);
      assert.equal(table.map((number) => number * 2).get(host), value && value * 2);
    });
  }
});
