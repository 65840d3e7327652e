use super::*;
use crate::asm::assemble;
use crate::encode::{encode, seal};

fn sample() -> Module {
    let text = r#"
types
  t0 = Int
  t1 = String
  t2 = Fun (t0) -> t1
  t3 = struct "A.B" "P" [t0, t1] debug ("x" t0)
  t4 = sum "" "Option" [t1] display ["Some" ("" t1), "None" ()]
consts
  c0 = "näive"
  c1 = bytes [1, 255]
  c2 = atom "ok"
files
  "main.snow"
natives
  n0 = "snow_x" [t1] (borrow ref t1, word) -> (float, any)
fn f0 "Main.main" () -> (word) {
  reg r0..r3 word
  reg r3 null t1
  reg r4 token 3
  .line 0 70000 3
  r0 = int -9223372036854775808
  r1 = int 9223372036854775807
  .line 0 2 900
  br.int.imm lt r0 -1 @0
  ret [r0]
}
fn f1 "Main.main/fn" closure t2 [word, ref t1] (ref t2, word) -> (ref t1) {
  [r1, _] = unpack r0
  r1 = update r0 [2: r1]
}
export "Main.main" public f0 () -> t0 receives t0
export "Main.same" generic
entry f0
"#;
    assemble(text).unwrap()
}

#[test]
fn a_module_survives_the_file() {
    let module = sample();
    let file = encode(&module);
    assert!(is_bytecode(&file));
    assert_eq!(decode(&file).unwrap(), module);
}

#[test]
fn other_files_other_versions_and_damage_are_told_apart() {
    let file = encode(&sample());
    assert_eq!(decode(b"fn main() do end"), Err(DecodeError::NotBytecode));
    assert!(matches!(
        decode(&file[..10]),
        Err(DecodeError::Truncated { .. })
    ));
    assert!(matches!(
        decode(&file[..file.len() - 1]),
        Err(DecodeError::Truncated { .. })
    ));
    let mut newer = file.clone();
    newer[4] = 9;
    assert_eq!(decode(&newer), Err(DecodeError::Version { found: 9 }));
    let mut longer = file.clone();
    longer.push(0);
    assert_eq!(decode(&longer), Err(DecodeError::Trailing));
    let mut damaged = file;
    damaged[40] ^= 1;
    assert_eq!(decode(&damaged), Err(DecodeError::Checksum));
}

#[test]
fn announced_sizes_reserve_nothing() {
    let body = [
        Section::Types as u8,
        11,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0x01,
        0,
    ];
    let error = decode(&seal(&body)).unwrap_err();
    assert_eq!(
        error,
        DecodeError::Invalid {
            offset: 36,
            what: "a list is longer than the file"
        }
    );
}

#[test]
fn every_prefix_of_a_body_is_an_error() {
    let file = encode(&sample());
    for end in HEADER_LEN..file.len() {
        assert!(
            matches!(
                decode(&seal(&file[HEADER_LEN..end])),
                Err(DecodeError::Invalid { .. })
            ),
            "{end}"
        );
    }
}
