;; The loop of skipMarkup (skip.ts), which is its reference: the same steps on the same bytes. `npm run wasm` assembles it.
;;
;; Memory, in bytes; WasmMarkupSkipper writes all but the classes:
;;   0    32 numbers: the lengths of the names that matter, a bit each, by their first letter
;;   128  the same by their last letter
;;   256  the class of each byte: 1 white space, 2 ends the name of a tag, 4 ends a value that is not quoted
;;   512  the chunk, with at least 16 bytes of memory behind it, since searches read 16 bytes at a time
;; All positions in here are places in the memory; 0 stands for no position.
(module
  (memory (export "memory") 2)
  (data (i32.const 265) "\07\07\00\07\07") ;; tab, line feed, (vertical tab), form feed, carriage return
  (data (i32.const 288) "\07")             ;; space
  (data (i32.const 303) "\02")             ;; /
  (data (i32.const 318) "\06")             ;; >

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
        (br_if $found (i32.and (i32.load8_u offset=256 (i32.load8_u (local.get $at))) (local.get $classes)))
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
      (br_if $next (i32.and (i32.load8_u offset=256 (i32.load8_u (local.get $equals))) (i32.const 1))))
    (i32.ne (i32.load8_u (local.get $equals)) (i32.const 0x2f)))

  ;; skipValue behind white space: from `=` to behind the value; behind $end where that cuts a quoted one.
  (func $value (param $at i32) (param $end i32) (result i32)
    (local $code i32)
    (loop $next
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (local.get $end))))
      (local.set $code (i32.load8_u (local.get $at)))
      (br_if $next (i32.and (i32.load8_u offset=256 (local.get $code)) (i32.const 1))))
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

  ;; NameCache.mayMatter: not 0 for a name from $start to $end that may matter.
  (func $mayMatter (param $start i32) (param $end i32) (result i32)
    (local $length i32)
    (local.set $length (i32.sub (local.get $end) (local.get $start)))
    (i32.and
      (i32.and
        (i32.load (i32.shl (i32.and (i32.load8_u (local.get $start)) (i32.const 31)) (i32.const 2)))
        (i32.load offset=128
          (i32.shl (i32.and (i32.load8_u (i32.sub (local.get $end) (i32.const 1))) (i32.const 31)) (i32.const 2))))
      (i32.shl (i32.const 1)
        (select (local.get $length) (i32.const 31) (i32.lt_u (local.get $length) (i32.const 31))))))

  ;; skipMarkup: positions in the chunk, which has $length bytes.
  (func (export "skip") (param $from i32) (param $length i32) (param $skipsEndTags i32) (result i32)
    (local $at i32) (local $end i32) (local $start i32) (local $name i32) (local $nameEnd i32) (local $isEndTag i32)
    (local.set $at (i32.add (local.get $from) (i32.const 512)))
    (local.set $end (i32.add (local.get $length) (i32.const 512)))
    (block $stop
      (loop $next
        (local.set $start (call $find (i32.const 0x3c) (local.get $at) (local.get $end)))
        (local.set $name (i32.add (local.get $start) (i32.const 1)))
        (br_if $stop (i32.ge_u (local.get $name) (local.get $end)))
        (if (i32.eq (i32.load8_u (local.get $name)) (i32.const 0x21))
          (then (local.set $at (call $comment (local.get $start) (local.get $end))))
          (else
            (local.set $isEndTag (i32.eq (i32.load8_u (local.get $name)) (i32.const 0x2f)))
            (local.set $name (i32.add (local.get $name) (local.get $isEndTag)))
            (br_if $stop (i32.ge_u (local.get $name) (local.get $end)))
            ;; A letter, in either case.
            (br_if $stop (i32.ge_u
              (i32.sub (i32.or (i32.load8_u (local.get $name)) (i32.const 0x20)) (i32.const 0x61))
              (i32.const 26)))
            (local.set $nameEnd (call $findClass (i32.const 2) (local.get $name) (local.get $end)))
            (if (i32.eqz (i32.and (local.get $isEndTag) (local.get $skipsEndTags))) (then
              (br_if $stop (call $mayMatter (local.get $name) (local.get $nameEnd)))))
            (local.set $at (call $tag (local.get $nameEnd) (local.get $end)))))
        (br_if $next (local.get $at))))
    (i32.sub (local.get $start) (i32.const 512))))
