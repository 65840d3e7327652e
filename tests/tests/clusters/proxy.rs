//! A connection that passes through something which delays, cuts, records or reflects it.

use crate::fixture::{COOKIE, LIMIT, Place, Running, START, WORKER, finished};
use snow_tests::command;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What is done to one connection.
#[derive(Clone)]
enum Treatment {
    /// What the dialler sends is cut after so many bytes.
    Cut(usize),
    /// Everything comes so much later, in both directions.
    Delay(Duration),
    /// What the dialler sends is kept.
    Record(Arc<Mutex<Vec<u8>>>),
}

/// Passes connections on to an address, each in its own way, the last of these again and again; gives the port.
fn proxy(to: String, treatments: Vec<Treatment>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for (number, near) in listener.incoming().map_while(Result::ok).enumerate() {
            let treatment = treatments[number.min(treatments.len() - 1)].clone();
            let Ok(far) = TcpStream::connect(&to) else {
                return;
            };
            let (back_from, back_to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
            let back = match &treatment {
                Treatment::Delay(time) => Treatment::Delay(*time),
                _ => Treatment::Cut(usize::MAX),
            };
            thread::spawn(move || pass(near, far, &treatment));
            thread::spawn(move || pass(back_from, back_to, &back));
        }
    });
    port
}

fn pass(mut from: TcpStream, mut to: TcpStream, treatment: &Treatment) {
    let (sender, late) = std::sync::mpsc::channel::<(Instant, Vec<u8>)>();
    let mut sink = to.try_clone().unwrap();
    let writer = thread::spawn(move || {
        for (due, bytes) in late {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if sink.write_all(&bytes).is_err() {
                return;
            }
        }
    });
    let (mut buffer, mut passed) = ([0; 4096], 0);
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let mut bytes = buffer[..count].to_vec();
        let mut due = Instant::now();
        match treatment {
            Treatment::Cut(most) => bytes.truncate(most.saturating_sub(passed)),
            Treatment::Delay(time) => due += *time,
            Treatment::Record(all) => all.lock().unwrap().extend(&bytes),
        }
        passed += count;
        let is_cut = bytes.len() < count;
        if sender.send((due, bytes)).is_err() || is_cut {
            break;
        }
    }
    drop(sender);
    // It has nothing more to write.
    let _ = writer.join();
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.flush();
}

/// A worker that is known at the port of a proxy, and listens elsewhere.
fn behind(place: &Place, treatments: Vec<Treatment>) -> (Running, String, String) {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let listens = free.local_addr().unwrap().to_string();
    drop(free);
    let name = format!("worker@127.0.0.1:{}", proxy(listens.clone(), treatments));
    let main = format!(
        r#"
fn main() do
  Node.start_with("{name}", %{{Node.options() | cookie: List.head(Env.args()), listen: "{listens}"}})
  say(Node.self())
  receive do n -> println(n + 1) end
end
"#
    );
    place.write("worker.snow", &[WORKER, &main]);
    let worker = Running::start(place.snow("worker.snow", &[COOKIE]));
    assert_eq!(worker.line(), name);
    (worker, name, listens)
}

const SERVED: &str = r#"
fn main() do
  let worker = join()
  send(Node.spawn(worker, squarer, 0), Square(3, self()))
  receive do n -> println(n) end
  Node.stop()
end
"#;

/// A handshake that is cut anywhere leaves nothing behind: the next one works.
#[test]
fn handshakes_that_are_cut_anywhere_do_no_harm() {
    let place = Place::new();
    let cuts: Vec<usize> = (0..20).map(|step| step * step * 5).collect();
    let mut treatments: Vec<Treatment> = cuts.iter().map(|cut| Treatment::Cut(*cut)).collect();
    treatments.push(Treatment::Cut(usize::MAX));
    let (_worker, name, _) = behind(&place, treatments);
    let main = r#"
fn main() do
  let worker = List.head(Env.args())
  let failed = failures(worker, 0)
  println(failed)
  Node.stop()
end

# How often there was no connection that lasts.
fn failures(worker :: String, n :: Int) -> Int do
  Node.start("boss@127.0.0.1:0", Env.args()[1])
  if Result.is_ok(Node.try_connect(worker)) and serves(worker) do
    n
  else
    Node.stop()
    failures(worker, n + 1)
  end
end

fn serves(worker :: String) -> Bool do
  case Node.try_spawn(worker, squarer, 0) do
    Ok(p) -> do
      send(p, Square(3, self()))
      receive do
        n -> n == 9
        after 2000 -> false
      end
    end
    Err(_) -> false
  end
end
"#;
    place.write("boss.snow", &[WORKER, main]);
    let printed = finished(place.run("boss.snow", &[&name, COOKIE]));
    let failed: usize = printed.trim().parse().unwrap();
    assert!(failed >= 8 && failed <= cuts.len(), "{failed}");
}

/// What somebody has recorded of a connection that stood is worth nothing.
#[test]
fn a_replayed_connection_is_not_let_in() {
    let place = Place::new();
    let record = Arc::new(Mutex::new(Vec::new()));
    let (_worker, name, listens) = behind(&place, vec![Treatment::Record(Arc::clone(&record))]);
    place.write("boss.snow", &[WORKER, START, SERVED]);
    assert_eq!(finished(place.run("boss.snow", &[&name, COOKIE])), "9\n");
    let recorded = record.lock().unwrap().clone();
    assert!(recorded.len() > 500);
    let mut socket = TcpStream::connect(listens).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    // It may be hung up in the middle.
    let _ = socket.write_all(&recorded);
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    assert!(answer.len() < recorded.len());
    assert_eq!(finished(place.run("boss.snow", &[&name, COOKIE])), "9\n");
}

/// Who says back all that it hears is no node.
#[test]
fn a_mirror_is_no_node() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let back = socket.try_clone().unwrap();
            thread::spawn(move || pass(socket, back, &Treatment::Cut(usize::MAX)));
        }
    });
    place.write(
        "boss.snow",
        &[r#"
fn main() do
  Node.start("boss@127.0.0.1:0", Env.args()[1])
  println(Node.try_connect(List.head(Env.args())) |> Result.is_ok())
  println(Node.list())
  Node.stop()
end
"#],
    );
    let name = format!("mirror@127.0.0.1:{port}");
    assert_eq!(
        finished(place.run("boss.snow", &[&name, COOKIE])),
        "false\n[]\n"
    );
}

/// Far nodes: what is sent without waiting takes one way, not one for each message.
#[test]
fn a_long_way_delays_and_does_not_slow_down() {
    let place = Place::new();
    let delay = Duration::from_millis(100);
    let (_worker, name, _) = behind(&place, vec![Treatment::Delay(delay)]);
    let main = r#"
fn main() do
  let worker = join()
  let p = Node.spawn(worker, squarer, 0)
  let start = System.monotonic_ms()
  for n in 0..500 do send(p, Square(n, self())) end
  for n in 0..500 do
    receive do got -> assert got == n * n end
  end
  let took = System.monotonic_ms() - start
  println(took >= 200 and took < 2000)
  Node.stop()
end
"#;
    place.write("boss.snow", &[WORKER, START, main]);
    let mut boss = place.snow("boss.snow", &[&name, COOKIE]);
    assert_eq!(
        finished(command::run(&mut boss, "", LIMIT).unwrap()),
        "true\n"
    );
}
