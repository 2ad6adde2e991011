import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePipelineText } from '../../../src/pipeline/document/pipeline-text.ts';

function messageFor(bytes: Uint8Array): string | undefined {
  return decodePipelineText(bytes, 'a.yaml').problem?.message;
}

test('UTF-8 is text, with or without a byte order mark', () => {
  assert.equal(decodePipelineText(Buffer.from('name: café'), 'a.yaml').text, 'name: café');
  assert.equal(decodePipelineText(Buffer.from('\uFEFFname: x'), 'a.yaml').text, '\uFEFFname: x');
  assert.equal(decodePipelineText(Buffer.from('name: \uFFFD'), 'a.yaml').text, 'name: \uFFFD');
});

test('what is no text says where, in lines and columns', () => {
  assert.match(messageFor(Buffer.from('a: 1\nb: \0', 'latin1')) ?? '', /^a\.yaml:2:4: there is a zero byte here/);
  assert.match(messageFor(Buffer.from('a: 1\n\xe9', 'latin1')) ?? '', /^a\.yaml:2:1: this is no UTF-8/);
  assert.match(messageFor(Buffer.from('\uFEFFa', 'utf16le')) ?? '', /^a\.yaml:1:1: the file is UTF-16/);
});

test('a file of 1 MB is read, one byte more is not', () => {
  assert.equal(messageFor(Buffer.alloc(1_000_000, '#')), undefined);
  assert.match(messageFor(Buffer.alloc(1_000_001, '#')) ?? '', /^a\.yaml: the file is larger than 1 MB/);
});
