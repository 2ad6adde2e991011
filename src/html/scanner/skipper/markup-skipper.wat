;; Passes over markup that can't matter, by the steps of skipMarkup (skip.ts), which is the reference for where it stops; it
;; goes on behind whole scripts and style sheets, and reads the tag it stops at. `npm run wasm` assembles it.
;;
;; Memory, in bytes; WasmMarkupSkipper writes what is marked with *:
;;   0*    32 numbers: the lengths of the tag names that matter, a bit each, by their first letter; 32 more by their last one
;;   256*  the same of the attribute names
;;   512   the class of each byte: 1 white space, 2 ends the name of a tag, 4 ends a value that is not quoted, 8 ends the name of
;;         an attribute
;;   768*  2 numbers, not 0 where the elements `script` and `style` are passed over with their content
;;   784   the tag it has stopped at: where it ends, or 0 where it was not read; where its name ends; 1 where it is self-closing;
;;         the number of its attributes that may matter
;;   800   these attributes, 5 numbers each: where the name starts and ends, where the value starts and ends, 1 where each character
;;         of the value stands for itself
;;   4096* the chunk, with at least 16 bytes of memory behind it, since searches read 16 bytes at a time
;; All positions in here are places in the memory, 0 standing for none; those that are given out are places in the chunk.
(module
  (memory (export "memory") 2)
  (data (i32.const 521) "\0f\0f\00\0f\0f") ;; tab, line feed, (vertical tab), form feed, carriage return
  (data (i32.const 544) "\0f")             ;; space
  (data (i32.const 559) "\0a")             ;; /
  (data (i32.const 573) "\08")             ;; =
  (data (i32.const 574) "\0e")             ;; >

  ;; Whether the value that $quoted has passed over has nothing in it that does not stand for itself.
  (global $isPlain (mut i32) (i32.const 0))

  ;; The position of a byte from $at on, or $end.
  (func $find (param $code i32) (param $at i32) (param $end i32) (result i32)
    (local $pattern v128) (local $mask i32)
    (local.set $pattern (i8x16.splat (local.get $code)))
    (block $none
      (loop $next
        (br_if $none (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $mask (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $pattern))))
        (if (local.get $mask) (then
          (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $mask))))
          ;; What stands behind the chunk is left from another one.
          (return (select (local.get $at) (local.get $end) (i32.lt_u (local.get $at) (local.get $end))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.get $end))

  ;; The position of the next byte of one of these classes, or $end.
  (func $findClass (param $classes i32) (param $at i32) (param $end i32) (result i32)
    (block $found
      (loop $next
        (br_if $found (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $found (i32.and (i32.load8_u offset=512 (i32.load8_u (local.get $at))) (local.get $classes)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $at))

  ;; skipComment: from `<` to behind the comment, or 0.
  (func $comment (param $from i32) (param $end i32) (result i32)
    (local $start i32) (local $at i32) (local $last i32)
    (local.set $start (i32.add (local.get $from) (i32.const 4)))
    (if (i32.ge_u (local.get $start) (local.get $end)) (then (return (i32.const 0))))
    (if (i32.ne (i32.load16_u offset=2 (local.get $from)) (i32.const 0x2d2d)) (then (return (i32.const 0))))
    (if (i32.eq (i32.load8_u (local.get $start)) (i32.const 0x2d)) (then (return (i32.const 0))))
    (if (i32.eq (i32.load8_u (local.get $start)) (i32.const 0x3e)) (then (return (i32.const 0))))
    (local.set $at (local.get $start))
    (loop $next
      (local.set $at (call $find (i32.const 0x3e) (local.get $at) (local.get $end)))
      (if (i32.eq (local.get $at) (local.get $end)) (then (return (i32.const 0))))
      ;; Of the two dashes, the second one: a bang may stand behind it.
      (local.set $last (i32.sub (local.get $at) (i32.const 1)))
      (if (i32.eq (i32.load8_u (local.get $last)) (i32.const 0x21)) (then
        (local.set $last (i32.sub (local.get $last) (i32.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      ;; The dashes of `<!--` are none of these.
      (br_if $next (i32.le_u (local.get $last) (local.get $start)))
      (br_if $next (i32.ne (i32.load16_u (i32.sub (local.get $last) (i32.const 1))) (i32.const 0x2d2d))))
    (local.get $at))

  ;; isBehindName: 0 for an equals sign that is the first character of an attribute's name.
  (func $isBehindName (param $from i32) (param $equals i32) (result i32)
    (loop $next
      (local.set $equals (i32.sub (local.get $equals) (i32.const 1)))
      (if (i32.lt_u (local.get $equals) (local.get $from)) (then (return (i32.const 0))))
      (br_if $next (i32.and (i32.load8_u offset=512 (i32.load8_u (local.get $equals))) (i32.const 1))))
    (i32.ne (i32.load8_u (local.get $equals)) (i32.const 0x2f)))

  ;; skipValue behind white space: from `=` to behind the value; behind $end where that cuts a quoted one.
  (func $value (param $at i32) (param $end i32) (result i32)
    (local $code i32)
    (loop $next
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (local.get $end))))
      (local.set $code (i32.load8_u (local.get $at)))
      (br_if $next (i32.and (i32.load8_u offset=512 (local.get $code)) (i32.const 1))))
    (if (i32.or (i32.eq (local.get $code) (i32.const 0x22)) (i32.eq (local.get $code) (i32.const 0x27))) (then
      (return (i32.add (i32.const 1)
        (call $find (local.get $code) (i32.add (local.get $at) (i32.const 1)) (local.get $end))))))
    (call $findClass (i32.const 4) (local.get $at) (local.get $end)))

  ;; skipTag: from behind the name to behind the tag, or 0.
  (func $tag (param $at i32) (param $end i32) (result i32)
    (local $behindValue i32) (local $code i32)
    (local.set $behindValue (local.get $at))
    (loop $next
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 0))))
      (local.set $code (i32.load8_u (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (if (i32.eq (local.get $code) (i32.const 0x3e)) (then (return (local.get $at))))
      (br_if $next (i32.ne (local.get $code) (i32.const 0x3d)))
      (br_if $next (i32.eqz (call $isBehindName (local.get $behindValue) (i32.sub (local.get $at) (i32.const 1)))))
      (local.set $at (call $value (i32.sub (local.get $at) (i32.const 1)) (local.get $end)))
      (local.set $behindValue (local.get $at))
      (br $next))
    (unreachable))

  ;; NameCache.mayMatter: not 0 for a name from $start to $end that may matter by the lengths at $lengths.
  (func $mayMatter (param $lengths i32) (param $start i32) (param $end i32) (result i32)
    (local $length i32)
    (local.set $length (i32.sub (local.get $end) (local.get $start)))
    (i32.and
      (i32.and
        (i32.load (i32.add (local.get $lengths)
          (i32.shl (i32.and (i32.load8_u (local.get $start)) (i32.const 31)) (i32.const 2))))
        (i32.load offset=128 (i32.add (local.get $lengths)
          (i32.shl (i32.and (i32.load8_u (i32.sub (local.get $end) (i32.const 1))) (i32.const 31)) (i32.const 2)))))
      (i32.shl (i32.const 1)
        (select (local.get $length) (i32.const 31) (i32.lt_u (local.get $length) (i32.const 31))))))

  ;; Whether the 6 bytes from $at on are `script`, or the 5 bytes `style`, in any case: the bit that is set in all lower-case letters
  ;; makes no letter of anything else.
  (func $isRawName (param $at i32) (param $length i32) (result i32)
    (if (i32.eq (local.get $length) (i32.const 6)) (then
      (return (i32.and
        (i32.eq (i32.or (i32.load (local.get $at)) (i32.const 0x20202020)) (i32.const 0x69726373))
        (i32.eq (i32.or (i32.load16_u offset=4 (local.get $at)) (i32.const 0x2020)) (i32.const 0x7470))))))
    (i32.and
      (i32.eq (i32.or (i32.load (local.get $at)) (i32.const 0x20202020)) (i32.const 0x6c797473))
      (i32.eq (i32.or (i32.load8_u offset=4 (local.get $at)) (i32.const 0x20)) (i32.const 0x65))))

  ;; The length of a name that is `script` or `style`, if such an element is passed over; else 0.
  (func $rawLength (param $start i32) (param $end i32) (result i32)
    (local $length i32)
    (local.set $length (i32.sub (local.get $end) (local.get $start)))
    (if (i32.eq (local.get $length) (i32.const 6))
      (then (if (i32.eqz (i32.load (i32.const 768))) (then (return (i32.const 0)))))
      (else (if (i32.or (i32.ne (local.get $length) (i32.const 5)) (i32.eqz (i32.load (i32.const 772))))
        (then (return (i32.const 0))))))
    (select (local.get $length) (i32.const 0) (call $isRawName (local.get $start) (local.get $length))))

  ;; From behind the start tag of such an element to the `<` of its end tag; 0 where the chunk has no such end, and for a script
  ;; with `<!--` in it, behind which `</script` may stand for itself (https://html.spec.whatwg.org/#script-data-escaped-state).
  (func $rawText (param $at i32) (param $end i32) (param $length i32) (result i32)
    (local $name i32) (local $nameEnd i32)
    (loop $next
      (local.set $at (call $find (i32.const 0x3c) (local.get $at) (local.get $end)))
      (local.set $name (i32.add (local.get $at) (i32.const 2)))
      (local.set $nameEnd (i32.add (local.get $name) (local.get $length)))
      ;; Behind the name there is a byte more. `<!--` is shorter than that.
      (if (i32.ge_u (local.get $nameEnd) (local.get $end)) (then (return (i32.const 0))))
      (if (i32.eq (i32.load8_u offset=1 (local.get $at)) (i32.const 0x2f)) (then
        (if (call $isRawName (local.get $name) (local.get $length)) (then
          (if (i32.and (i32.load8_u offset=512 (i32.load8_u (local.get $nameEnd))) (i32.const 2)) (then
            (return (local.get $at))))))))
      (if (i32.and (i32.eq (i32.load (local.get $at)) (i32.const 0x2d2d213c)) (i32.eq (local.get $length) (i32.const 6)))
        (then (return (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; The position of the quote that ends a value, or of $end or behind it where the chunk cuts the value; sets $isPlain.
  (func $quoted (param $quote i32) (param $at i32) (param $end i32) (result i32)
    (local $pattern v128) (local $bytes v128) (local $quotes i32) (local $marks i32)
    (local.set $pattern (i8x16.splat (local.get $quote)))
    (global.set $isPlain (i32.const 1))
    (block $none
      (loop $next
        (br_if $none (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $bytes (v128.load (local.get $at)))
        (local.set $quotes (i8x16.bitmask (i8x16.eq (local.get $bytes) (local.get $pattern))))
        ;; Bytes beyond ASCII, which have the bit that the mask is made of; ampersands; NUL.
        (local.set $marks (i8x16.bitmask (v128.or (local.get $bytes) (v128.or
          (i8x16.eq (local.get $bytes) (v128.const i8x16 38 38 38 38 38 38 38 38 38 38 38 38 38 38 38 38))
          (i8x16.eq (local.get $bytes) (v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0))))))
        (if (local.get $quotes) (then
          ;; What stands behind the quote is left out: of the bits below the lowest one of $quotes.
          (if (i32.and (local.get $marks)
                (i32.and (i32.sub (local.get $quotes) (i32.const 1)) (i32.xor (local.get $quotes) (i32.const -1)))) (then
            (global.set $isPlain (i32.const 0))))
          (return (i32.add (local.get $at) (i32.ctz (local.get $quotes))))))
        (if (local.get $marks) (then (global.set $isPlain (i32.const 0))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.get $end))

  ;; The position of the next byte that is no white space, or $end.
  (func $skipSpaces (param $at i32) (param $end i32) (result i32)
    (block $found
      (loop $next
        (br_if $found (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $found (i32.eqz (i32.and (i32.load8_u offset=512 (i32.load8_u (local.get $at))) (i32.const 1))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $at))

  ;; Reads a start tag from behind its name on, by the states that TagReader (tag-reader.ts) goes through. What it is stays unread
  ;; where the chunk cuts it, and where more attributes may matter than there is room for.
  (func $readTag (param $nameEnd i32) (param $end i32)
    (local $at i32) (local $code i32) (local $isSelfClosing i32) (local $entry i32)
    (local $name i32) (local $attributeEnd i32) (local $value i32) (local $valueEnd i32)
    (local.set $at (local.get $nameEnd))
    (local.set $entry (i32.const 800))
    (block $cut
      (block $whole
        (loop $next
          (local.set $at (call $skipSpaces (local.get $at) (local.get $end)))
          (br_if $cut (i32.ge_u (local.get $at) (local.get $end)))
          (local.set $code (i32.load8_u (local.get $at)))
          (br_if $whole (i32.eq (local.get $code) (i32.const 0x3e)))
          (if (i32.eq (local.get $code) (i32.const 0x2f)) (then
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $cut (i32.ge_u (local.get $at) (local.get $end)))
            (br_if $next (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x3e)))
            (local.set $isSelfClosing (i32.const 1))
            (br $whole)))
          (local.set $name (local.get $at))
          ;; The first character belongs to the name even if it is an equals sign.
          (local.set $at (call $findClass (i32.const 8) (i32.add (local.get $at) (i32.const 1)) (local.get $end)))
          (local.set $attributeEnd (local.get $at))
          (local.set $at (call $skipSpaces (local.get $at) (local.get $end)))
          (br_if $cut (i32.ge_u (local.get $at) (local.get $end)))
          ;; A missing value is the empty one where the chunk starts.
          (local.set $value (i32.const 4096))
          (local.set $valueEnd (i32.const 4096))
          (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x3d)) (then
            (local.set $at (call $skipSpaces (i32.add (local.get $at) (i32.const 1)) (local.get $end)))
            (br_if $cut (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $code (i32.load8_u (local.get $at)))
            (if (i32.or (i32.eq (local.get $code) (i32.const 0x22)) (i32.eq (local.get $code) (i32.const 0x27)))
              (then
                (local.set $value (i32.add (local.get $at) (i32.const 1)))
                (local.set $valueEnd (call $quoted (local.get $code) (local.get $value) (local.get $end)))
                (local.set $at (i32.add (local.get $valueEnd) (i32.const 1))))
              (else
                (if (i32.ne (local.get $code) (i32.const 0x3e)) (then
                  (local.set $value (local.get $at))
                  (local.set $at (call $findClass (i32.const 4) (local.get $at) (local.get $end)))
                  (local.set $valueEnd (local.get $at))
                  (global.set $isPlain (i32.const 0))))))))
          (br_if $next (i32.eqz (call $mayMatter (i32.const 256) (local.get $name) (local.get $attributeEnd))))
          (br_if $cut (i32.gt_u (local.get $entry) (i32.const 4076)))
          (i32.store (local.get $entry) (i32.sub (local.get $name) (i32.const 4096)))
          (i32.store offset=4 (local.get $entry) (i32.sub (local.get $attributeEnd) (i32.const 4096)))
          (i32.store offset=8 (local.get $entry) (i32.sub (local.get $value) (i32.const 4096)))
          (i32.store offset=12 (local.get $entry) (i32.sub (local.get $valueEnd) (i32.const 4096)))
          (i32.store offset=16 (local.get $entry) (global.get $isPlain))
          (local.set $entry (i32.add (local.get $entry) (i32.const 20)))
          (br $next)))
      (i32.store (i32.const 784) (i32.sub (local.get $at) (i32.const 4095)))
      (i32.store (i32.const 788) (i32.sub (local.get $nameEnd) (i32.const 4096)))
      (i32.store (i32.const 792) (local.get $isSelfClosing))
      (i32.store (i32.const 796) (i32.div_u (i32.sub (local.get $entry) (i32.const 800)) (i32.const 20)))))

  ;; skipMarkup: positions in the chunk, which has $length bytes.
  (func (export "skip") (param $from i32) (param $length i32) (param $skipsEndTags i32) (result i32)
    (local $at i32) (local $end i32) (local $start i32) (local $name i32) (local $nameEnd i32) (local $isEndTag i32)
    (local $rawLength i32)
    (i32.store (i32.const 784) (i32.const 0))
    (local.set $at (i32.add (local.get $from) (i32.const 4096)))
    (local.set $end (i32.add (local.get $length) (i32.const 4096)))
    (block $stop
      (loop $next
        (local.set $start (call $find (i32.const 0x3c) (local.get $at) (local.get $end)))
        (local.set $name (i32.add (local.get $start) (i32.const 1)))
        (br_if $stop (i32.ge_u (local.get $name) (local.get $end)))
        (if (i32.eq (i32.load8_u (local.get $name)) (i32.const 0x21)) (then
          (local.set $at (call $comment (local.get $start) (local.get $end)))
          (br_if $next (local.get $at))
          (br $stop)))
        (local.set $isEndTag (i32.eq (i32.load8_u (local.get $name)) (i32.const 0x2f)))
        (local.set $name (i32.add (local.get $name) (local.get $isEndTag)))
        (br_if $stop (i32.ge_u (local.get $name) (local.get $end)))
        ;; A letter, in either case.
        (br_if $stop (i32.ge_u
          (i32.sub (i32.or (i32.load8_u (local.get $name)) (i32.const 0x20)) (i32.const 0x61))
          (i32.const 26)))
        (local.set $nameEnd (call $findClass (i32.const 2) (local.get $name) (local.get $end)))
        (local.set $rawLength (i32.const 0))
        (if (i32.eqz (i32.and (local.get $isEndTag) (local.get $skipsEndTags))) (then
          (if (call $mayMatter (i32.const 0) (local.get $name) (local.get $nameEnd)) (then
            (br_if $stop (local.get $isEndTag))
            (local.set $rawLength (call $rawLength (local.get $name) (local.get $nameEnd)))
            (if (i32.eqz (local.get $rawLength)) (then
              (call $readTag (local.get $nameEnd) (local.get $end))
              (br $stop)))))))
        (local.set $at (call $tag (local.get $nameEnd) (local.get $end)))
        (br_if $stop (i32.eqz (local.get $at)))
        (br_if $next (i32.eqz (local.get $rawLength)))
        (local.set $at (call $rawText (local.get $at) (local.get $end) (local.get $rawLength)))
        (br_if $next (local.get $at))))
    (i32.sub (local.get $start) (i32.const 4096))))
