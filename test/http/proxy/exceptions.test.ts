import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExceptions } from '../../../src/http/proxy/exceptions.ts';

function excepts(list: string, hostname: string, port = 443): boolean {
  return parseExceptions(list)(hostname, port);
}

test('a name stands for itself and all below it, however it is written', () => {
  for (const list of [
    'example.org',
    '.example.org',
    '*.example.org',
    'Example.ORG',
    'example.org.',
    'a.test, example.org',
  ]) {
    assert.equal(excepts(list, 'example.org'), true, list);
    assert.equal(excepts(list, 'www.example.org'), true, list);
    assert.equal(excepts(list, 'www.example.org.'), true, list);
    assert.equal(excepts(list, 'notexample.org'), false, list);
    assert.equal(excepts(list, 'example.org.test'), false, list);
  }
});

test('a port restricts the name to it', () => {
  assert.equal(excepts('example.org:8080', 'example.org', 8080), true);
  assert.equal(excepts('example.org:8080', 'example.org', 80), false);
  assert.equal(excepts('[::1]:8080', '::1', 8080), true);
  assert.equal(excepts('[::1]:8080', '::1', 80), false);
});

test('addresses and blocks stand for the addresses in them, in any spelling', () => {
  assert.equal(excepts('127.0.0.1', '127.0.0.1'), true);
  assert.equal(excepts('::1', '::1'), true);
  assert.equal(excepts('0:0:0:0:0:0:0:1', '::1'), true);
  assert.equal(excepts('10.0.0.0/8', '10.200.3.4'), true);
  assert.equal(excepts('10.0.0.0/8', '11.0.0.1'), false);
  assert.equal(excepts('fd00::/8', 'fd12::1'), true);
  assert.equal(excepts('10.0.0.0/8', 'fd12::1'), false);
  assert.equal(excepts('0.0.1', '127.0.0.1'), false);
});

test('a star stands for every host, an empty list for none', () => {
  assert.equal(excepts('*', 'any.test'), true);
  assert.equal(excepts('', 'any.test'), false);
  assert.equal(excepts(' , ', 'any.test'), false);
});

test('what can not be read is passed over', () => {
  for (const list of ['10.0.0.0/64', 'x/8', '::1::', 'a:b:c', 'http://example.org']) {
    assert.equal(excepts(`${list} good.test`, 'good.test'), true, list);
    assert.equal(excepts(list, '10.0.0.1'), false, list);
  }
});
