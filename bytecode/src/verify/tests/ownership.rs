//! Set, owned, borrowed, holes, joins.

use super::{Rule, accepts, rejects};

#[test]
fn reads_need_a_value_on_every_path() {
    rejects(
        Rule::Unset,
        "r0 is not set",
        "() -> (word) { reg r0 word ret [r0] }",
    );
    rejects(
        Rule::Unset,
        "r1 is not set",
        "(word) -> (word) { reg r1 word br.if r0 @end r1 = int 1 @end: ret [r1] }",
    );
    accepts("(word) -> (word) { reg r1 word r1 = int 0 br.if r0 @end r1 = int 1 @end: ret [r1] }");
    rejects(
        Rule::Unset,
        "r0",
        "(ref t1) -> (word) { reg r1 word drop r0 drop r0 r1 = int 0 ret [r1] }",
    );
}

#[test]
fn owned_references_are_neither_lost_nor_overwritten() {
    rejects(
        Rule::Leak,
        "r0 is still owned",
        "(ref t1) -> (word) { reg r1 word r1 = int 0 ret [r1] }",
    );
    rejects(
        Rule::Overwrite,
        "r0 still owns",
        "(ref t1) -> (ref t1) { r0 = str c0 ret [r0] }",
    );
    rejects(
        Rule::Overwrite,
        "r1",
        "() -> (ref t1) { reg r0..r2 ref t1 r0 = str c0 r1 = str c0 r1 = dup r0 ret [r1] }",
    );
    accepts(
        "(ref t1) -> (ref t1) { reg r1 ref t1 r1 = move r0 r0 = str c0 r1 = concat r1 r0 drop r0 ret [r1] }",
    );
    accepts("(ref t1) -> (ref t1) { crash message c0 }");
    accepts("(ref t1, ref t1) -> (word) { panic r0 }");
}

#[test]
fn borrowed_references_cannot_be_given_away() {
    rejects(
        Rule::NotOwned,
        "r0 is borrowed",
        "(borrow ref t1) -> (ref t1) { ret [r0] }",
    );
    rejects(
        Rule::NotOwned,
        "r0 is borrowed",
        "(borrow ref t1) -> (word) { reg r1 word drop r0 r1 = int 0 ret [r1] }",
    );
    accepts("(borrow ref t1) -> (ref t1) { reg r1 ref t1 r1 = dup r0 ret [r1] }");
    accepts("(borrow ref t1) -> (ref t1) { reg r1 ref t1 r1 = move r0 r1 = dup r0 ret [r1] }");
    rejects(
        Rule::NotOwned,
        "r1 is borrowed",
        "(ref t4) -> (ref t1) { reg r1 ref t1 r1 = load r0 0 drop r0 ret [r0] }"
            .replace("drop r0 ret [r0]", "ret [r1]")
            .as_str(),
    );
}

#[test]
fn borrows_end_with_their_root() {
    rejects(
        Rule::Unset,
        "r1 is not set here, or no longer usable",
        "(ref t4) -> (ref t1) { reg r1..r3 ref t1 r1 = load r0 0 drop r0 r2 = dup r1 ret [r2] }",
    );
    accepts(
        "(ref t4) -> (ref t1) { reg r1..r3 ref t1 r1 = load r0 0 r2 = dup r1 drop r0 ret [r2] }",
    );
    // A move takes the borrows along.
    accepts(
        "(ref t4) -> (ref t1) { reg r1..r3 ref t1 reg r3 ref t4 r1 = load r0 0 r3 = move r0 r2 = dup r1 drop r3 ret [r2] }",
    );
    rejects(
        Rule::Unset,
        "r1",
        "(ref t4) -> (ref t1) { reg r1..r3 ref t1 reg r3 ref t4 r1 = load r0 0 r3 = move r0 drop r3 r2 = dup r1 ret [r2] }",
    );
    // A borrow of a borrow has the first root.
    rejects(
        Rule::Unset,
        "r2",
        "(ref t2) -> (word) { reg r1..r3 ref t1 reg r3 word r3 = int 0 r1 = list.get r0 r3 r2 = move r1 drop r0
           r3 = eq t1 [r2] [r2] ret [r3] }",
    );
    // Also when it replaces the register that it comes from.
    rejects(
        Rule::Unset,
        "r1",
        "(ref t13) -> (ref t13) { reg r1..r3 ref t13 r1 = load r0 0 r1 = load r1 0 drop r0 r2 = dup r1 ret [r2] }",
    );
    // What is borrowed from the caller outlives everything.
    accepts(
        "(borrow ref t4) -> (ref t1) { reg r1..r3 ref t1 r1 = load r0 0 r0 = move r0 r2 = dup r1 ret [r2] }",
    );
}

#[test]
fn an_instruction_does_not_use_what_it_takes() {
    rejects(
        Rule::Unset,
        "r0",
        "(ref t1) -> (ref t1) { r0 = concat r0 r0 ret [r0] }",
    );
    rejects(
        Rule::Unset,
        "r0",
        "(ref t1, ref t4) -> (ref t4) { r1 = update r1 [0: r0, 1: r0] ret [r1] }",
    );
}

#[test]
fn paths_that_meet_own_the_same() {
    rejects(
        Rule::Join,
        "r1 is owned on one path",
        "(word, ref t1) -> (word) { br.if r0 @end drop r1 @end: ret [r0] }",
    );
    accepts(
        "(word, ref t1) -> (word) { br.if r0 @one drop r1 jump @end @one: drop r1 @end: ret [r0] }",
    );
    // A borrow that only one path made cannot be used.
    rejects(
        Rule::Unset,
        "r2",
        "(word, ref t4) -> (word) { reg r2 ref t1 br.if r0 @end r2 = load r1 0 @end: r0 = eq t1 [r2] [r2] drop r1 ret [r0] }",
    );
    // A loop that drops in each turn.
    rejects(
        Rule::Join,
        "r1",
        "(word, ref t1) -> (word) { @loop: drop r1 br.if r0 @loop ret [r0] }",
    );
    accepts(
        "(word, ref t1) -> (word) { @loop: drop r1 r1 = str c0 br.if r0 @loop drop r1 ret [r0] }",
    );
}

#[test]
fn null_needs_no_drop() {
    accepts(
        "(null t1) -> (ref t1) { reg r1 ref t1 br.null r0 @none r1 = cast r0 ret [r1] @none: r1 = str c0 ret [r1] }",
    );
    rejects(
        Rule::Unset,
        "r0",
        "(null t1) -> (null t1) { br.null r0 @none ret [r0] @none: ret [r0] }",
    );
    accepts("(null t1) -> (null t1) { br.null r0 @none ret [r0] @none: r0 = null ret [r0] }");
    // A borrowed register stays what it was.
    accepts(
        "(borrow null t1) -> (null t1) { reg r1 null t1 br.null r0 @none @none: r1 = dup r0 ret [r1] }",
    );
}

#[test]
fn conditional_results_are_unset_on_the_jump() {
    accepts(
        "(ref t1) -> (ref t1) { reg r1 ref t1 r1 = str.strip r0 c0 @no drop r0 ret [r1] @no: ret [r0] }",
    );
    rejects(
        Rule::Unset,
        "r1",
        "(ref t1) -> (ref t1) { reg r1 ref t1 r1 = str.strip r0 c0 @no drop r0 ret [r1] @no: drop r0 ret [r1] }",
    );
    rejects(
        Rule::Unset,
        "r2",
        "(borrow ref t3, borrow ref t1) -> (word) { reg r2 word r2 = map.get r0 r1 @no @no: ret [r2] }",
    );
}

#[test]
fn tokens_are_owned() {
    accepts(
        "(ref t4, word, ref t1) -> (ref t4) { reg r3..r6 ref t1 reg r6 token 4
           r6, [r3, r4, r5, r1] = unpack.reuse r0 drop r3 r0 = new.reuse r6 t4 0 [r2, r4, r5, r1] ret [r0] }",
    );
    rejects(
        Rule::Leak,
        "r1 is still owned",
        "(ref t4) -> (word) { reg r1 token 4 reg r2 word r1 = drop.reuse r0 r2 = int 0 ret [r2] }",
    );
    rejects(
        Rule::Kind,
        "r1 is token 4",
        "(ref t4) -> (word) { reg r1..r3 token 4 r1 = drop.reuse r0 r2 = dup r1 }
      "
        .replace("dup r1 }", "dup r1 ret [r1] }")
        .as_str(),
    );
    rejects(
        Rule::Kind,
        "token 3",
        "(ref t4) -> (word) { reg r1 token 3 reg r2 word r1 = drop.reuse r0 drop r1 r2 = int 0 ret [r2] }",
    );
}

#[test]
fn holes_are_filled_before_other_uses() {
    accepts(
        "(ref t4, borrow ref t1) -> (ref t4) { reg r2 ref t1 r2 = take r0 1 r2 = concat r2 r1 r0 = update r0 [1: r2] ret [r0] }",
    );
    rejects(
        Rule::Hole,
        "r0 has a hole",
        "(ref t4) -> (ref t4) { reg r1 ref t1 r1 = take r0 1 drop r1 ret [r0] }",
    );
    accepts("(ref t4) -> (ref t1) { reg r1 ref t1 r1 = take r0 1 drop r0 ret [r1] }");
    rejects(
        Rule::Hole,
        "r0",
        "(ref t4) -> (ref t4) { reg r1..r3 ref t1 r1 = take r0 1 r2 = take r0 2 r0 = update r0 [1: r1] drop r2 ret [r0] }",
    );
    rejects(
        Rule::Hole,
        "r0",
        "(ref t4) -> (ref t1) { reg r1..r3 ref t1 r1 = take r0 1 r2 = load r0 1 drop r0 ret [r1] }",
    );
    accepts(
        "(ref t4) -> (ref t1) { reg r1..r3 ref t1 r1 = take r0 1 r2 = load.dup r0 0 drop r0 drop r2 ret [r1] }",
    );
    rejects(
        Rule::Unset,
        "r2",
        "(ref t4) -> (ref t1) { reg r1..r4 ref t1 r2 = load r0 1 r1 = take r0 1 r3 = dup r2 drop r0 drop r1 ret [r3] }",
    );
    rejects(
        Rule::NotOwned,
        "r0",
        "(borrow ref t4) -> (ref t1) { reg r1 ref t1 r1 = take r0 1 ret [r1] }",
    );
    rejects(
        Rule::Join,
        "holes",
        "(ref t4, word) -> (word) { reg r2 ref t1 br.if r1 @end r2 = take r0 1 drop r2 @end: drop r0 ret [r1] }",
    );
}

#[test]
fn list_and_map_holes_remember_their_place() {
    accepts(
        "(ref t2, word) -> (ref t2) { reg r2 ref t1 r2, r0 = list.take r0 r1 r0 = list.fill r0 r1 r2 ret [r0] }",
    );
    rejects(
        Rule::Hole,
        "r0",
        "(ref t2, word) -> (ref t2) { reg r2 ref t1 r2, r0 = list.take r0 r1 r1 = int 0 r0 = list.fill r0 r1 r2 ret [r0] }",
    );
    rejects(
        Rule::Hole,
        "r0",
        "(ref t2, word) -> (ref t2) { reg r2 ref t1 r2, r0 = list.take r0 r1 r0 = list.append r0 r2 ret [r0] }",
    );
    rejects(
        Rule::Hole,
        "r0 has no hole to fill",
        "(ref t2, word, ref t1) -> (ref t2) { r0 = list.fill r0 r1 r2 ret [r0] }",
    );
    rejects(
        Rule::Hole,
        "r0 has no hole to fill",
        "(ref t11, borrow ref t1, ref t1) -> (ref t11) { r0 = map.fill r0 r1 r2 ret [r0] }",
    );
    accepts(
        "(ref t11, ref t1) -> (ref t11) { reg r2 ref t1 r2, r0 = map.take r0 r1 r0 = map.fill r0 r1 r2 drop r1 ret [r0] }",
    );
    rejects(
        Rule::Hole,
        "r0",
        "(ref t11, ref t1) -> (ref t11) { reg r2 ref t1 r2, r0 = map.take r0 r1 drop r1 r1 = str c0
           r0 = map.fill r0 r1 r2 drop r1 ret [r0] }",
    );
}

#[test]
fn tags_are_known_before_fields_are_read() {
    rejects(
        Rule::Tag,
        "r0",
        "(borrow ref t5) -> (word) { reg r1 word r1 = load r0 0 ret [r1] }",
    );
    accepts(
        "(borrow ref t5) -> (word) { reg r1 word switch.tag r0 [@circle, @square] @unknown
           @circle: r1 = int 0 ret [r1] @square: r1 = load r0 2 ret [r1] @unknown: r1 = int 0 ret [r1] }",
    );
    rejects(
        Rule::Kind,
        "r1 is word and cannot hold ref t1",
        "(borrow ref t5) -> (word) { reg r1 word br.tag.not r0 0 @no r1 = load r0 2 ret [r1] @no: r1 = int 0 ret [r1] }",
    );
    // Of two variants the other one is known.
    accepts(
        "(borrow ref t10) -> (word) { reg r1 word br.tag.not r0 0 @b r1 = int 0 ret [r1] @b: r1 = load r0 2 ret [r1] }",
    );
    accepts(
        "(borrow ref t10) -> (word) { reg r1 word switch.tag r0 [@a] @b @a: r1 = int 0 ret [r1] @b: r1 = load r0 2 ret [r1] }",
    );
    // Two tags that meet are one unknown tag.
    rejects(
        Rule::Tag,
        "r0",
        "(borrow ref t5) -> (word) { reg r1 word switch.tag r0 [@both, @both] @both @both: r1 = load r0 2 ret [r1] }",
    );
    accepts(
        "(word) -> (word) { reg r1 ref t5 reg r2 word r1 = new t5 1 [r0, r0, r0] r2 = load r1 1 drop r1 ret [r2] }",
    );
    rejects(
        Rule::Operands,
        "slot 3",
        "(word) -> (word) { reg r1 ref t5 reg r2 word r1 = new t5 1 [r0, r0, r0] r2 = load r1 3 drop r1 ret [r2] }",
    );
}

#[test]
fn a_closure_reads_only_its_own_captures() {
    rejects(
        Rule::Sort,
        "r1 is not this function's own closure",
        "closure t12 [word] (ref t12, ref t6) -> (word) { reg r2 word r2 = capture r1 0 crash message c0 }",
    );
}
