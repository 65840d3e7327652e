//! Damaged files whose checksum was made right again: whatever they say, the answer is a verdict, not a crash of the compiler.

use super::module;
use crate::asm::assemble;
use crate::decode::decode;
use crate::encode::{encode, seal};
use crate::verify::verify;

/// A small generator of numbers (SplitMix64), so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// Changes a few bytes of a body: sets, flips, removes or repeats them.
fn mutate(body: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(body.len());
        match numbers.below(4) {
            0 => body[at] = numbers.below(256) as u8,
            1 => body[at] ^= 1 << numbers.below(8),
            2 if body.len() > 1 => drop(body.remove(at)),
            _ => body.insert(at, body[at]),
        }
    }
}

/// `./dev fuzz decode` tries many more.
#[test]
fn damaged_files_give_a_verdict() {
    check_damaged(20_000, 1);
}

/// Damages a module so many times and asks for the verdict.
fn check_damaged(times: usize, seed: u64) {
    let text = "(ref t5, ref t2, word, any) -> (ref t1) { reg r4..r8 ref t1 reg r8 token 3 reg r9 word reg r10 ref t6
       switch.tag r0 [@circle, @square] @unknown
       @circle: r8, [r4, r5, r6] = unpack.reuse r0 r4 = concat r4 r5 drop r5 drop r6 drop r8 jump @next
       @square: r9 = load r0 1 drop r0 r4 = str c0 r4 = text display r4 t0 [r9] jump @next
       @unknown: drop r0 r4 = str c0
       @next: r7, r1 = list.take r1 r2 r1 = list.fill r1 r2 r4 r4 = cast r3 r9 = eq t1 [r4] [r7]
       r10 = closure f3 [r9, r4] [r9] = call.fn r10 [r9] drop r1 br.if r9 @end r7 = concat r7 r7 @end: ret [r7] }"
        .replace("r7 = concat r7 r7", "r9 = int 3");
    let good = assemble(&module(&text)).unwrap();
    verify(&good).unwrap();
    let file = encode(&good);
    let body = &file[crate::wire::HEADER_LEN..];
    let mut numbers = Numbers(seed);
    let (mut decoded, mut accepted) = (0, 0);
    for _ in 0..times {
        let mut damaged = body.to_vec();
        mutate(&mut damaged, &mut numbers);
        let Ok(module) = decode(&seal(&damaged)) else {
            continue;
        };
        decoded += 1;
        accepted += usize::from(verify(&module).is_ok());
    }
    assert!(decoded > 1_000, "mutations reach the verifier: {decoded}");
    assert!(
        accepted > 0 && accepted < decoded,
        "some are harmless, most are found: {accepted} of {decoded}"
    );
}
