//! What other nodes say.

use snow_bytecode::types::{Field, Shows, Type, TypeId, TypeTable, Variant};
use snow_node::hello::{Hello, Reply, Verdict};
use snow_node::name::NodeName;
use snow_node::value::decode::Mailboxes;
use snow_node::value::{Decoder, Nodes, Structure};
use snow_node::wire::fragment::Reassembly;
use snow_node::wire::frame::examples::examples;
use snow_node::wire::frame::{self, Frame};
use snow_node::wire::pack::Reader;
use snow_node::wire::stream::{self, Splitter};
use snow_vm::actor::Pid;
use snow_vm::actor::entry::drop_element;
use snow_vm::atoms::Atoms;
use snow_vm::heap::Heap;
use snow_vm::types::RuntimeTypes;
use std::sync::Arc;

/// Reads bytes as everything that a node reads.
pub fn read(input: &[u8]) {
    let _ = Hello::decode(input);
    let _ = Reply::decode(input);
    let _ = frame::decode(input);
    let _ = Structure::decode(input);
    read_stream(input);
    read_values(input);
}

/// As a connection reads: cut into frames, and put together.
fn read_stream(input: &[u8]) {
    let (mut splitter, mut reassembly) = (Splitter::default(), Reassembly::default());
    for chunk in input.chunks(11) {
        splitter.push(chunk);
        while let Ok(Some(bytes)) = splitter.next_frame() {
            match frame::decode(bytes) {
                Ok(Frame::Fragment { id, is_last, bytes }) => {
                    let _ = reassembly.add(id, is_last, bytes);
                }
                Ok(Frame::TypeDef { structure, .. }) => drop(Structure::decode(structure)),
                _ => {}
            }
        }
    }
}

/// As values of every type of a table, described as itself and as others: nothing may be left of those that do not fit.
fn read_values(input: &[u8]) {
    let table = table();
    let Ok(types) = RuntimeTypes::new(&table, [1, 2]) else {
        return;
    };
    let (mut heap, atoms) = (Heap::new(Arc::new(types)), Atoms::default());
    for ours in 0..table.types.len() as u32 {
        let theirs = (ours + 1) % table.types.len() as u32;
        let descriptions = [ours, theirs].map(|ty| Structure::of(&table, TypeId(ty)));
        for described in [None, Some(&descriptions[0]), Some(&descriptions[1])] {
            let mut nodes = Anyone;
            let mut decoder = Decoder::new(&mut heap, &atoms, &mut nodes, &Anyone, described);
            if let Ok(word) = decoder.element(&mut Reader::new(input), TypeId(ours)) {
                // SAFETY: the word is an owned element of the type.
                unsafe { drop_element(&mut heap, TypeId(ours), word) };
            }
        }
    }
    heap.settle_all();
    assert_eq!(heap.live(), 0, "something is left");
}

struct Anyone;

impl Nodes for Anyone {
    fn index_of(&mut self, node: u32) -> Option<u32> {
        Some(node)
    }

    fn node_at(&mut self, index: u32) -> Option<u32> {
        (index < 2).then_some(index)
    }
}

impl Mailboxes for Anyone {
    fn takes(&self, pid: Pid, _message: TypeId) -> bool {
        pid.serial().is_multiple_of(2)
    }
}

fn table() -> TypeTable {
    let field = |name: &str, ty: u32| Field {
        name: name.to_owned(),
        ty: TypeId(ty),
    };
    let variant = |name: &str, fields: Vec<Field>| Variant {
        name: name.to_owned(),
        fields,
    };
    let sum = |name: &str, variants: Vec<Variant>| Type::Sum {
        module: "Main".to_owned(),
        name: name.to_owned(),
        args: Vec::new(),
        variants,
        shows: Shows::Debug,
    };
    let option = vec![
        variant("Some", vec![field("", 1)]),
        variant("None", Vec::new()),
    ];
    let tree = vec![
        variant("Leaf", Vec::new()),
        variant("Node", vec![field("left", 6), field("right", 6)]),
    ];
    TypeTable {
        types: vec![
            Type::Int,
            Type::String,
            Type::List(TypeId(1)),
            Type::Map(TypeId(1), TypeId(2)),
            sum("Option", option),
            Type::Struct {
                module: "Main".to_owned(),
                name: "Person".to_owned(),
                args: Vec::new(),
                fields: vec![field("name", 1), field("tag", 4), field("who", 7)],
                shows: Shows::Debug,
            },
            sum("Tree", tree),
            Type::Pid(TypeId(6)),
            Type::Tuple(vec![TypeId(3), TypeId(5), TypeId(6)]),
        ],
    }
}

/// Frames, HELLOs, descriptions and values to start from.
pub fn corpus() -> Vec<Vec<u8>> {
    let frames = examples();
    let mut corpus: Vec<Vec<u8>> = frames.iter().map(Frame::encode).collect();
    let described = Structure::of(&table(), TypeId(8)).encode();
    corpus.push(
        Frame::TypeDef {
            index: 1,
            fingerprint: [1; 16],
            structure: &described,
        }
        .encode(),
    );
    let stream = frames
        .iter()
        .flat_map(|frame| stream::with_length(&frame.encode()));
    corpus.push(stream.collect());
    corpus.push(described);
    corpus.push(Reply::Verdict(Verdict::No("why".to_owned())).encode());
    corpus.extend(hello());
    // A tree, a list, a person.
    corpus.push(vec![0x93, 1, 0x93, 1, 0, 0, 0]);
    corpus.push(vec![0x92, 0xa1, b'a', 0xa2, b'b', b'c']);
    corpus.push(vec![0x93, 0xa1, b'a', 1, 0x92, 0, 2]);
    corpus
}

fn hello() -> Option<Vec<u8>> {
    let hello = Hello {
        nonce: [7; 16],
        name: NodeName::parse("a@127.0.0.1:4040").ok()?,
        creation: 5,
        tick: 10,
        hidden: false,
        mesh: true,
    };
    Some(hello.encode())
}
