//! Peers that are made by hand: they know the cookie, and say what no node would say.

use crate::fixture::{COOKIE, LIMIT, Logged, Place, START, WORKER, WORKER_MAIN, finished};
use rustls::Connection;
use snow_bytecode::types::{Type, TypeId, TypeTable};
use snow_node::cookie::Cookie;
use snow_node::global::{Kind, Note};
use snow_node::handshake::{self, Connected, Failure, read_plain};
use snow_node::hello::{EXPORTER_LABEL, Hello, Reply, Role, Transcript, Verdict};
use snow_node::name::NodeName;
use snow_node::tls::Tls;
use snow_node::value::Structure;
use snow_node::wire::fragment::PIECE;
use snow_node::wire::frame::{Frame, LinkKind, Payload, Spawn, decode};
use snow_node::wire::pack::Writer;
use snow_node::wire::stream::{self, Splitter};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

fn hello(name: &str) -> Hello {
    Hello {
        nonce: [7; 16],
        name: NodeName::parse(name).unwrap(),
        creation: 5,
        tick: 60,
        hidden: false,
        mesh: false,
    }
}

fn cookie() -> Cookie {
    Cookie::new(COOKIE.as_bytes()).unwrap()
}

fn tls() -> Tls {
    Tls::new(None, &NodeName::parse("hand@127.0.0.1:1").unwrap()).unwrap()
}

/// A connection with TLS, over which anything can be said.
struct Wire {
    socket: TcpStream,
    tls: Connection,
    plain: Vec<u8>,
}

impl Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        // TLS keeps no more than that before it is written.
        for part in bytes.chunks(16 << 10) {
            self.tls.writer().write_all(part)?;
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut self.socket)?;
        }
        Ok(())
    }

    /// Waits for more; false when the other side has hung up.
    fn fill(&mut self) -> bool {
        let mut raw = [0; 64 << 10];
        let Ok(count @ 1..) = self.socket.read(&mut raw) else {
            return false;
        };
        let mut rest = &raw[..count];
        while !rest.is_empty() {
            self.tls.read_tls(&mut rest).unwrap();
            self.tls.process_new_packets().unwrap();
            read_plain(&mut self.tls, &mut self.plain).unwrap();
        }
        true
    }

    fn shake_hands(mut self) -> Wire {
        while self.tls.is_handshaking() {
            self.flush().unwrap();
            if self.tls.is_handshaking() {
                assert!(self.fill());
            }
        }
        self.flush().unwrap();
        self
    }

    /// A message of the handshake, with its length before it.
    fn say(&mut self, message: &[u8]) {
        self.write(&stream::with_length(message)).unwrap();
    }

    /// The next message of the handshake; none when the other side has hung up.
    fn hear(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some((length, rest)) = self.plain.split_first_chunk::<4>() {
                let length = u32::from_be_bytes(*length) as usize;
                if let Some(message) = rest.get(..length).map(<[u8]>::to_vec) {
                    self.plain.drain(..4 + length);
                    return Some(message);
                }
            }
            if !self.fill() {
                return None;
            }
        }
    }

    fn exported(&self) -> [u8; 32] {
        let material = [0; 32];
        self.tls
            .export_keying_material(material, EXPORTER_LABEL, None)
            .unwrap()
    }
}

fn dial(address: &str) -> Wire {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    Wire {
        socket,
        tls: Connection::Client(tls().dial().unwrap()),
        plain: Vec::new(),
    }
    .shake_hands()
}

/// A member that does as it likes.
struct Peer {
    wire: Wire,
    splitter: Splitter,
}

impl Peer {
    fn join(address: &str, name: &str) -> Peer {
        Peer::try_join(address, &hello(name)).unwrap()
    }

    fn try_join(address: &str, hello: &Hello) -> Result<Peer, Failure> {
        let socket = TcpStream::connect(address)?;
        let met = handshake::meet(socket, Role::Client, &tls(), hello, &cookie())?;
        let Connected {
            socket,
            tls,
            arrived,
            ..
        } = met.conclude(Verdict::Yes)?;
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        socket.set_write_timeout(Some(LIMIT)).unwrap();
        let mut splitter = Splitter::default();
        splitter.push(&arrived);
        let plain = Vec::new();
        let wire = Wire { socket, tls, plain };
        let mut peer = Peer { wire, splitter };
        // It has told of all its names: now it counts as a member.
        peer.send(&Frame::Global(Note {
            kind: Kind::Synced,
            req: 0,
            value: 0,
            name: "",
        }));
        Ok(peer)
    }

    /// Answers whoever asks whether it is there, until the other side hangs up.
    fn stay(mut self) {
        while let Some(token) = self.wait(|frame| match frame {
            Frame::Ping { token } if *token != 0 => Some(*token),
            _ => None,
        }) {
            self.send(&Frame::Pong { token });
        }
    }

    fn send(&mut self, frame: &Frame<'_>) {
        let bytes = frame.encode();
        if bytes.len() <= PIECE {
            return self.wire.write(&frame.framed()).unwrap();
        }
        let count = bytes.len().div_ceil(PIECE);
        for (at, piece) in bytes.chunks(PIECE).enumerate() {
            let header = Frame::fragment_header(1, at + 1 == count, piece.len());
            let mut framed = Vec::new();
            framed.extend(stream::begin(&header, piece.len()));
            framed.extend_from_slice(piece);
            self.wire.write(&framed).unwrap();
        }
    }

    /// Waits for a frame of which a function makes something; none when the other side has hung up.
    fn wait<T>(&mut self, pick: impl Fn(&Frame<'_>) -> Option<T>) -> Option<T> {
        loop {
            while let Some(bytes) = self.splitter.next_frame().unwrap() {
                if let Some(found) = pick(&decode(bytes).unwrap()) {
                    return Some(found);
                }
            }
            if !self.wire.fill() {
                return None;
            }
            self.splitter.push(&std::mem::take(&mut self.wire.plain));
        }
    }

    /// Tells of types, under numbers from 0 on.
    fn describe(&mut self, types: &[Type]) {
        let table = TypeTable {
            types: types.to_vec(),
        };
        for at in 0..types.len() as u32 {
            let structure = Structure::of(&table, TypeId(at)).encode();
            self.send(&Frame::TypeDef {
                index: at,
                fingerprint: [at as u8 + 1; 16],
                structure: &structure,
            });
        }
    }

    /// Tells of the types of `Main.words`: a text, and a number.
    fn describe_types(&mut self) {
        self.describe(&[Type::String, Type::Int]);
    }

    /// Asks for a function; gives the status.
    fn spawn(&mut self, req_id: u64, name: &str, args: &[u8]) -> Option<u8> {
        self.send(&Frame::Spawn(request(req_id, name, vec![0, 1], args)));
        self.wait(|frame| match frame {
            Frame::SpawnReply {
                req_id: answers,
                status,
                ..
            } if *answers == req_id => Some(*status),
            _ => None,
        })
    }
}

fn address(name: &str) -> &str {
    name.split_once('@').unwrap().1
}

fn worker(place: &Place) -> (Logged, String) {
    place.write("worker.snow", &[WORKER, WORKER_MAIN]);
    let worker = Logged::start(place, place.snow("worker.snow", &[COOKIE]));
    let name = worker.running.line();
    (worker, name)
}

/// A member is served as before.
fn serves(place: &Place, name: &str) {
    let main = START.to_owned()
        + "fn main() do\n  let worker = join()\n  let p = Node.spawn(worker, squarer, 0)\n  send(p, Square(3, self()))\n  receive do n -> println(n) end\n  Node.stop()\nend\n";
    place.write("boss.snow", &[WORKER, &main]);
    assert_eq!(finished(place.run("boss.snow", &[name, COOKIE])), "9\n");
}

/// A request for a function that is not linked.
fn request<'a>(req_id: u64, name: &'a str, types: Vec<u32>, args: &'a [u8]) -> Spawn<'a> {
    Spawn {
        req_id,
        requester: 1 << 24,
        link: LinkKind::None,
        name,
        fingerprint: [0; 16],
        call: None,
        mailbox: None,
        types,
        args,
    }
}

#[test]
fn who_asks_for_more_than_can_be_open_is_hung_up_on() {
    let place = Place::new();
    let (worker, name) = worker(&place);
    let mut peer = Peer::join(address(&name), "greedy@127.0.0.1:1");
    let request = Frame::Spawn(request(1, "Main.nothing", Vec::new(), &[0x90]));
    let many = request.framed().repeat(500);
    // It does not listen: when the system keeps no more answers for it, requests are open.
    let is_over = (0..10_000).any(|_| peer.wire.write(&many).is_err());
    assert!(is_over);
    worker.says(
        "disconnected: greedy@127.0.0.1:1: more than 4096 requests to start something are unanswered",
    );
    serves(&place, &name);
}

/// Small arguments are read where they arrive, large ones in parts: what is wrong with them has the same status, and the connection stays.
#[test]
fn bad_arguments_are_refused_whatever_their_size() {
    let place = Place::new();
    let (_worker, name) = worker(&place);
    let mut peer = Peer::join(address(&name), "odd@127.0.0.1:1");
    peer.describe_types();
    for size in [10, 200_000] {
        let text = "x ".repeat(size / 2);
        let write = |fill: &dyn Fn(&mut Writer)| {
            let mut args = Writer::default();
            fill(&mut args);
            args.bytes
        };
        let good = write(&|args| {
            args.array(2);
            args.text(&text);
            args.number(1);
        });
        let few = write(&|args| {
            args.array(1);
            args.text(&text);
        });
        let other = write(&|args| {
            args.array(2);
            args.text(&text);
            args.text("one");
        });
        let more = [good.clone(), vec![0xc0; 3]].concat();
        let cut = good[..good.len() - 1].to_vec();
        let garbage = vec![0xc1; size];
        let answers: Vec<_> = [good, few, other, more, cut, garbage]
            .iter()
            .zip(1..)
            .map(|(args, req_id)| peer.spawn(req_id, "Main.words", args))
            .collect();
        assert_eq!(answers, [0, 2, 2, 2, 2, 2].map(Some), "{size}");
        let unknown = vec![0xc1; size];
        for name in [
            "Main.nothing",
            "System.exec",
            "List.sum",
            "Main.words.1",
            "",
        ] {
            assert_eq!(peer.spawn(90, name, &unknown), Some(1), "{name}");
        }
        assert_eq!(peer.spawn(91, "Main.open", &unknown), Some(3));
    }
}

/// A request whose arguments were not read when its connection ended is given up, and so is one whose node leaves.
#[test]
fn what_was_not_read_yet_is_given_up() {
    let place = Place::new();
    let main = WORKER_MAIN.replace(
        "  receive do n -> println(n + 1) end\n",
        "  Node.monitor_all()\n  receive do NodeDown(_) -> () end\n  Node.stop()\n",
    );
    place.write("worker.snow", &[WORKER, &main]);
    let mut command = place.snow("worker.snow", &[COOKIE]);
    command.env("SNOW_SCHEDULERS", "1");
    let worker = Logged::start(&place, command);
    let name = worker.running.line();
    let mut peer = Peer::join(address(&name), "hasty@127.0.0.1:1");
    peer.describe(&[Type::List(TypeId(1)), Type::Int]);
    let mut args = Writer::default();
    args.array(1);
    args.array(2_000_000);
    (0..2_000_000).for_each(|n| args.number(n % 100));
    for req_id in 1..4 {
        peer.send(&Frame::Spawn(Spawn {
            link: LinkKind::Link,
            ..request(req_id, "Main.adder", vec![0], &args.bytes)
        }));
    }
    drop(peer);
    worker.says(" live=0 ");
}

#[test]
fn another_version_is_told_apart() {
    let place = Place::new();
    let (worker, name) = worker(&place);
    let mut wire = dial(address(&name));
    let mut hello = hello("old@127.0.0.1:1").encode();
    assert_eq!(hello[1], 1, "the version");
    hello[1] = 2;
    wire.say(&hello);
    while wire.hear().is_some() {}
    worker.says("the other side speaks version 2 of the protocol, this one version 1");
    serves(&place, &name);
}

/// What was changed in a HELLO on the way is not what the proof is about.
#[test]
fn changed_options_are_noticed() {
    let place = Place::new();
    let (worker, name) = worker(&place);
    let meant = hello("changed@127.0.0.1:1");
    let changes: [fn(&mut Hello); 4] = [
        |hello| hello.tick = 1,
        |hello| hello.hidden = true,
        |hello| hello.mesh = true,
        |hello| hello.creation = 6,
    ];
    for change in changes {
        let mut wire = dial(address(&name));
        let mut said = meant.clone();
        change(&mut said);
        wire.say(&said.encode());
        let theirs = wire.hear().unwrap();
        let exported = wire.exported();
        let transcript = Transcript::new(&cookie(), &meant.encode(), &theirs, &exported);
        wire.say(&Reply::Proof(transcript.proof(Role::Client)).encode());
        let answer = Reply::decode(&wire.hear().unwrap()).unwrap();
        let refused = Reply::Verdict(Verdict::No("the cookies differ".to_owned()));
        assert_eq!(answer, refused);
    }
    worker.says("the cookies differ");
    serves(&place, &name);
}

/// Who dials gets its own proof back.
#[test]
fn a_proof_that_is_reflected_proves_nothing() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let name = format!("mirror@127.0.0.1:{port}");
    let own = hello(&name);
    let reflects = std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let tls = Connection::Server(tls().accept().unwrap());
        let plain = Vec::new();
        let mut wire = Wire { socket, tls, plain }.shake_hands();
        wire.hear().unwrap();
        wire.say(&own.encode());
        let proof = wire.hear().unwrap();
        wire.say(&proof);
        wire.hear()
    });
    place.write(
        "boss.snow",
        &["fn main() do\n  Node.start(\"boss@127.0.0.1:0\", Env.args()[1])\n  println(Node.try_connect(List.head(Env.args())))\n  Node.stop()\nend\n"],
    );
    let printed = finished(place.run("boss.snow", &[&name, COOKIE]));
    assert_eq!(printed, "Err(the cookies differ)\n");
    let told = reflects.join().unwrap().unwrap();
    let refused = Reply::Verdict(Verdict::No("the cookies differ".to_owned()));
    assert_eq!(Reply::decode(&told), Ok(refused));
}

/// A message of a wrong type is counted, told and dropped; a frame that is none ends the connection.
#[test]
fn what_does_not_fit_is_dropped_and_what_is_malformed_ends_the_connection() {
    let place = Place::new();
    let (worker, name) = worker(&place);
    let mut peer = Peer::join(address(&name), "wrong@127.0.0.1:1");
    peer.describe_types();
    for _ in 0..3 {
        let value = Payload {
            ty: 0,
            bytes: &[0xa1, b'x'],
        };
        peer.send(&Frame::RegSend {
            name: "store",
            value,
        });
    }
    // The connection stays: it is answered.
    assert_eq!(peer.spawn(1, "Main.nothing", &[0x90]), Some(1));
    worker.says("rejected: wrong@127.0.0.1:1: the value does not fit the type");
    peer.wire
        .write(&stream::with_length(&[0x10, 0xc1]))
        .unwrap();
    assert_eq!(peer.wait(|_| None::<()>), None);
    worker.says("disconnected: wrong@127.0.0.1:1: malformed");
    serves(&place, &name);
}

/// Who comes with the name of a connected node takes its place if it is another life, or if the first one does not answer.
#[test]
fn a_name_that_is_in_use_is_refused_unless_the_old_connection_is_dead() {
    let place = Place::new();
    let (worker, name) = worker(&place);
    let own = hello("same@127.0.0.1:1");
    let alive = Peer::try_join(address(&name), &own).unwrap();
    let stays = std::thread::spawn(move || alive.stay());
    let again = Peer::try_join(address(&name), &own);
    assert!(
        matches!(again, Err(Failure::Refused(why)) if why == "the name is in use"),
        "it answers"
    );
    let other = Hello {
        creation: 6,
        ..own.clone()
    };
    let silent = Peer::try_join(address(&name), &other).unwrap();
    stays.join().unwrap();
    worker.says("disconnected: same@127.0.0.1:1: another connection has taken its place");
    let next = Peer::try_join(address(&name), &other).unwrap();
    drop((silent, next));
}

/// Refusals are told once a second, however many there are.
#[test]
fn refusals_are_told_now_and_then() {
    let place = Place::new();
    let (worker, name) = worker(&place);
    let begin = std::time::Instant::now();
    for _ in 0..60 {
        let mut socket = TcpStream::connect(address(&name)).unwrap();
        let _ = socket.write_all(b"GET / HTTP/1.1\r\n\r\n");
        let _ = socket.read(&mut [0; 64]);
    }
    worker.says("refused: 127.0.0.1:");
    let told = worker.log().matches("refused: ").count() as u64;
    assert!(told <= begin.elapsed().as_secs() + 2, "{told}");
}
