// Round trips over two blocking sockets: `raw server`, `raw client ADDRESS`.
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

const WARM: u32 = 2000;
const COUNT: u32 = 20_000;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut word = [0; 32];
    if args[1] == "server" {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        println!("name: {}", listener.local_addr().unwrap());
        let mut socket = listener.accept().unwrap().0;
        socket.set_nodelay(true).unwrap();
        while socket.read_exact(&mut word).is_ok() {
            socket.write_all(&word).unwrap();
        }
        return;
    }
    let mut socket = TcpStream::connect(&args[2]).unwrap();
    socket.set_nodelay(true).unwrap();
    let mut start = Instant::now();
    for round in 0..WARM + COUNT {
        if round == WARM {
            start = Instant::now();
        }
        socket.write_all(&word).unwrap();
        socket.read_exact(&mut word).unwrap();
    }
    println!("ping: {}", u128::from(COUNT) * 1_000_000 / start.elapsed().as_micros());
}
