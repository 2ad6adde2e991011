import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registrableDomain } from '../../../src/core/urls/registrable-domain.ts';

test('a registrable domain is a public suffix and one label more', () => {
  assert.equal(registrableDomain('www.example.co.uk'), 'example.co.uk');
  assert.equal(registrableDomain('example.org'), 'example.org');
});

test("suffixes of the list's private part count", () => {
  assert.equal(registrableDomain('a.b.github.io'), 'b.github.io');
});

test('addresses, suffixes and localhost have no registrable domain', () => {
  for (const host of ['127.0.0.1', '[::1]', 'co.uk', 'localhost']) assert.equal(registrableDomain(host), null, host);
});
