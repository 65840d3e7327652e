//! Who does not know the cookie, and who does not even speak the language.

use crate::fixture::{COOKIE, LIMIT, Place, START, WORKER, finished};
use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn who_does_not_know_the_cookie_is_not_let_in() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    place.write(
        "stranger.snow",
        &[r#"
fn main() do
  Node.start("stranger@127.0.0.1:0", "another cookie, which is wrong")
  println(Node.try_connect(List.head(Env.args())))
  println(Node.list())
  Node.stop()
end
"#],
    );
    let printed = finished(place.run("stranger.snow", &[&name]));
    assert_eq!(
        printed,
        "Err(the other side refuses: the cookies differ)\n[]\n"
    );
}

#[test]
fn a_short_cookie_and_a_taken_port_are_said_at_once() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    place.write(
        "short.snow",
        &["fn main() do\n  Node.start(\"a@127.0.0.1:0\", \"short\")\nend\n"],
    );
    let output = place.run("short.snow", &[]);
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("the cookie has fewer than 16 bytes"),
        "{output:?}"
    );
    place.write("taken.snow", &["fn main() do\n  Node.start(List.head(Env.args()), \"a cookie that is long enough\")\nend\n"]);
    let output = place.run("taken.snow", &[&name]);
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("cannot listen at 127.0.0.1:"),
        "{output:?}"
    );
}

/// Strangers who say nothing, who speak garbage, and who hang up in the middle: afterwards a member is served as before.
#[test]
fn strangers_do_no_harm() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    let address = name.split_once('@').unwrap().1.to_owned();
    let mut silent = Vec::new();
    for round in 0..120_u32 {
        let Ok(mut socket) = TcpStream::connect(&address) else {
            continue;
        };
        let garbage: Vec<u8> = (0..2000_u32)
            .map(|at| (at * 31 + round * 7) as u8)
            .collect();
        match round % 4 {
            0 => silent.push(socket),
            1 => drop(socket.write_all(&garbage)),
            2 => drop(socket.write_all(&[0x16, 3, 1, 0xff, 0xff])),
            _ => drop(socket.write_all(b"GET / HTTP/1.1\r\n\r\n")),
        }
    }
    let mut flood = TcpStream::connect(&address).unwrap();
    let megabyte = vec![0x17; 1 << 20];
    let refused = (0..8).any(|_| flood.write_all(&megabyte).is_err());
    assert!(refused, "a node does not read on from a stranger");
    // Those who say nothing are hung up on when their time is over.
    for mut socket in silent {
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        let mut rest = Vec::new();
        assert!(
            !matches!(socket.read_to_end(&mut rest), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
        );
    }
    let main = START.to_owned()
        + "fn main() do\n  let worker = join()\n  let p = Node.spawn(worker, squarer, 0)\n  send(p, Square(3, self()))\n  receive do n -> println(n) end\n  Node.stop()\nend\n";
    place.write("boss.snow", &[WORKER, &main]);
    assert_eq!(finished(place.run("boss.snow", &[&name, COOKIE])), "9\n");
}
