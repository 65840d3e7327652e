use super::*;
use crate::asm::assemble;

/// The fingerprint of type `t0` of a table in assembler form.
fn first(types: &str) -> Fingerprint {
    of(types, 0)
}

fn of(types: &str, ty: u32) -> Fingerprint {
    let module = assemble(&format!("types {types}")).unwrap();
    Fingerprints::new(&module.types).of(TypeId(ty))
}

#[test]
fn structure_counts_and_the_module_does_not() {
    let point = first(r#"t0 = struct "A" "Point" [] debug ("x" t1) t1 = Int"#);
    assert_eq!(
        point,
        first(r#"t0 = struct "B.C" "Point" [] display ("x" t1) t1 = Int"#)
    );
    assert_ne!(
        point,
        first(r#"t0 = struct "A" "Point" [] debug ("y" t1) t1 = Int"#)
    );
    assert_ne!(
        point,
        first(r#"t0 = struct "A" "Place" [] debug ("x" t1) t1 = Int"#)
    );
    assert_ne!(
        point,
        first(r#"t0 = struct "A" "Point" [] debug ("x" t1) t1 = Float"#)
    );
    assert_ne!(
        point,
        first(r#"t0 = struct "A" "Point" [] debug ("x" t1, "x" t1) t1 = Int"#)
    );
    assert_ne!(
        first("t0 = List t1 t1 = Int"),
        first("t0 = Set t1 t1 = Int")
    );
    assert_ne!(
        first("t0 = Fun (t1, t1) -> t1 t1 = Int"),
        first("t0 = Fun (t1) -> t1 t1 = Int")
    );
}

#[test]
fn places_in_the_table_do_not_count() {
    let here = of(
        r#"t0 = String t1 = Int t2 = Map t0 t1 t3 = Tuple (t2, t1)"#,
        3,
    );
    assert_eq!(
        here,
        first(r#"t0 = Tuple (t1, t2) t1 = Map t3 t2 t2 = Int t3 = String"#)
    );
}

#[test]
fn recursive_types_refer_back_by_distance() {
    let tree = r#"t0 = sum "" "Tree" [] debug ["Leaf" (), "Node" ("" t0, "" t1, "" t0)] t1 = Int"#;
    let moved =
        r#"t0 = Int t1 = sum "M" "Tree" [t0] debug ["Leaf" (), "Node" ("" t1, "" t0, "" t1)]"#;
    assert_eq!(first(tree), of(moved, 1));
    // Two types that contain each other differ by which one is meant.
    let both = r#"t0 = struct "" "A" [] debug ("b" t2) t1 = struct "" "B" [] debug ("a" t3) t2 = List t1 t3 = List t0"#;
    assert_ne!(of(both, 0), of(both, 1));
    let other = r#"t0 = List t1 t1 = struct "" "B" [] debug ("a" t2) t2 = List t3 t3 = struct "" "A" [] debug ("b" t0)"#;
    assert_eq!(of(both, 0), of(other, 3));
    assert_eq!(of(both, 1), of(other, 1));
}

#[test]
fn shared_and_deep_types_are_linear() {
    let mut table = TypeTable {
        types: vec![Type::Int],
    };
    for index in 0..100_000 {
        table.types.push(Type::Tuple(vec![TypeId(index); 2]));
    }
    let mut all = Fingerprints::new(&table);
    assert_ne!(all.of(TypeId(100_000)), all.of(TypeId(99_999)));
}

/// Nodes of other versions compare with this very number.
#[test]
fn fingerprints_never_change() {
    let option = r#"t0 = sum "" "Option" [t1] display ["Some" ("" t1), "None" ()] t1 = Int"#;
    assert_eq!(
        first(option).to_string(),
        "9db131465efd42405e95e1b87470390a"
    );
}
