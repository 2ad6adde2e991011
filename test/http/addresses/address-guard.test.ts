import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressGuard, addressOf, isLocalhost } from '../../../src/http/addresses/address-guard.ts';

const url = (host: string) => new URL(`http://${host}/`);

test('by default what is public passes, and nothing else', () => {
  const guard = new AddressGuard({ allowPrivate: false });
  assert.equal(guard.refusal('8.8.8.8'), undefined);
  assert.match(guard.refusal('10.0.0.1') ?? '', /^is not public /);
  assert.match(guard.refusal('') ?? '', /^is not public /);
});

test('where private addresses are allowed everything passes but what is denied', () => {
  const guard = new AddressGuard({ allowPrivate: true, denyAddresses: ['169.254.0.0/16', '8.8.8.8'] });
  assert.equal(guard.refusal('10.0.0.1'), undefined);
  assert.equal(guard.refusal('::1'), undefined);
  for (const address of ['169.254.169.254', '8.8.8.8', '::ffff:8.8.8.8']) {
    assert.match(guard.refusal(address) ?? '', /^is denied /, address);
  }
});

test('what is allowed passes while the rest stays refused, and what is denied goes before', () => {
  const guard = new AddressGuard({
    allowPrivate: false,
    allowAddresses: ['10.0.0.0/8', '::1'],
    denyAddresses: ['10.1.0.0/16'],
  });
  assert.equal(guard.refusal('10.0.0.1'), undefined);
  assert.equal(guard.refusal('::1'), undefined);
  assert.match(guard.refusal('10.1.0.1') ?? '', /^is denied /);
  assert.match(guard.refusal('192.168.0.1') ?? '', /^is not public /);
});

test('every spelling of an address in a URL is one', () => {
  const guard = new AddressGuard({ allowPrivate: false });
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '017700000001', '127.0.0.1.', '[0:0:0:0:0:0:0:1]']) {
    assert.notEqual(guard.refusalOfUrl(url(host)), undefined, host);
  }
  for (const host of ['8.8.8.8', '[2606:4700::1111]', 'example.org']) {
    assert.equal(guard.refusalOfUrl(url(host)), undefined, host);
  }
});

test('localhost passes where one of its addresses does', () => {
  const passes = (allowAddresses: readonly string[]) =>
    new AddressGuard({ allowPrivate: false, allowAddresses }).refusalOfUrl(url('a.localhost')) === undefined;
  assert.equal(passes([]), false);
  assert.equal(passes(['127.0.0.1']), true);
  assert.equal(passes(['::1']), true);
});

test('localhost and what is below it is loopback, and nothing else by its name', () => {
  for (const name of ['localhost', 'localhost.', 'a.localhost', 'a.b.localhost.']) assert.ok(isLocalhost(name), name);
  for (const name of ['localhost.com', 'mylocalhost', '']) assert.ok(!isLocalhost(name), name);
});

test("a URL's host is an address or a name", () => {
  assert.equal(addressOf(url('[::1]').hostname), '::1');
  assert.equal(addressOf(url('0x7f.1').hostname), '127.0.0.1');
  assert.equal(addressOf('example.org'), undefined);
});
