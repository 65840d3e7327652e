//! Certificates of an authority, and nodes that are found by a name of the domain name system.

use crate::fixture::{COOKIE, LIMIT, Place, Running, free_port, signal_mode};
use snow_tests::command::{self, Output};
use std::process::Command;

fn snow(place: &Place, args: &[&str]) -> Output {
    let mut command = Command::new(command::snow().unwrap());
    command.current_dir(place.0.path()).args(args);
    command::run(&mut command, "", LIMIT).unwrap()
}

const MEMBER: &str = r#"
fn main() do
  let args = Env.args()
  println(Node.self())
  IO.flush()
  if args != [] do
    println(Node.try_connect(args[0]) |> Result.is_ok())
    IO.flush()
    println(Node.try_connect(args[0]))
    println(Node.list())
    Node.stop()
  end
end
"#;

fn member(place: &Place, name: &str, folder: &str, own: &str, args: &[&str]) -> Command {
    let mut command = Command::new(command::snow().unwrap());
    command.current_dir(place.0.path());
    command.args(["run", "--tier=vm", "--name", name]);
    command.args(["--cookie-file", "all/cookie"]);
    command.args(["--tls-ca", &format!("{folder}/ca.pem")]);
    command.args(["--tls-cert", &format!("{folder}/{own}.pem")]);
    command.args(["--tls-key", &format!("{folder}/{own}.key")]);
    command.arg("member.snow").args(args);
    command
}

/// Who has a certificate of the authority for its name is let in; who has one for another name, of another authority, or none, is not.
#[test]
fn nodes_show_certificates_where_an_authority_is_named() {
    let place = Place::new();
    place.write("member.snow", &[MEMBER]);
    let a = format!("a@127.0.0.1:{}", free_port());
    let b = format!("b@127.0.0.1:{}", free_port());
    let made = snow(&place, &["cluster", "init", "all", &a, &b]);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert_eq!(made.stdout.lines().count(), 6, "{made:?}");
    let made = snow(&place, &["cluster", "init", "others", &b]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let first = Running::start(member(&place, &a, "all", &a, &[]));
    assert_eq!(first.line(), a);
    let run = |mut command: Command| command::run(&mut command, "", LIMIT).unwrap();
    let good = run(member(&place, &b, "all", &b, &[&a]));
    assert_eq!(
        good.stdout,
        format!("{b}\ntrue\nOk(())\n[{a}]\n"),
        "{good:?}"
    );
    // Another authority.
    let foreign = run(member(&place, &b, "others", &b, &[&a]));
    assert!(
        foreign.stdout.starts_with(&format!("{b}\nfalse\n")),
        "{foreign:?}"
    );
    // A certificate of another node is noticed where it is used.
    let wrong = run(member(&place, &b, "all", &a, &[&a]));
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(
        wrong.stderr.contains(&format!("it lacks snow://{b}")),
        "{wrong:?}"
    );
    // None at all.
    let bare = [
        "run",
        "--tier=vm",
        "--name",
        &b,
        "--cookie-file",
        "all/cookie",
        "member.snow",
        &a,
    ];
    let bare = snow(&place, &bare);
    assert!(
        bare.stdout.starts_with(&format!("{b}\nfalse\n")),
        "{bare:?}"
    );
    // From the shell it is the same.
    let (cert, key) = (format!("all/{b}.pem"), format!("all/{b}.key"));
    let asked = snow(
        &place,
        &[
            "node",
            "ping",
            &a,
            "--cookie-file",
            "all/cookie",
            "--as",
            &b,
            "--tls-ca",
            "all/ca.pem",
            "--tls-cert",
            &cert,
            "--tls-key",
            &key,
        ],
    );
    assert!(asked.stdout.contains(" answers after "), "{asked:?}");
    let asked = snow(&place, &["node", "ping", &a, "--cookie-file", "all/cookie"]);
    assert_eq!(asked.code, Some(1), "{asked:?}");
}

/// In a network of its own, with a name server of its own, three nodes find each other by one name.
const NETWORK: &str = r#"
set -eu
ip link set lo up
echo 'nameserver 127.0.0.1' > resolv.conf
mount --bind resolv.conf /etc/resolv.conf
dnsmasq --no-daemon --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces --user=root --pid-file \
  --host-record=nodes.test,127.0.0.2 --host-record=nodes.test,127.0.0.3 --host-record=nodes.test,127.0.0.4 \
  > dnsmasq.log 2>&1 &
server=$!
nodes=
for n in 3 4; do
  "$SNOW" run --tier=vm --name n$n@127.0.0.$n:4040 --cookie-file cookie --discover dns:nodes.test:4040 found.snow stay &
  nodes="$nodes $!"
done
"$SNOW" run --tier=vm --name n2@127.0.0.2:4040 --cookie-file cookie --discover dns:nodes.test:4040 found.snow
kill $nodes $server
wait $nodes 2> nodes.log || true
"#;

const FOUND: &str = r#"
fn main() do
  if Env.args() == [] do
    println(wait(3000))
    Node.stop()
  end
end

fn wait(tries :: Int) -> List<String> do
  if List.length(Node.list()) == 2 or tries == 0 do
    Node.list()
  else
    Process.sleep(10)
    wait(tries - 1)
  end
end
"#;

#[test]
fn nodes_are_found_by_one_name_for_all_their_addresses() {
    let place = Place::new();
    signal_mode(&place.write("cookie", &[COOKIE]));
    place.write("found.snow", &[FOUND]);
    let mut command = Command::new("unshare");
    command.current_dir(place.0.path());
    command.args([
        "--user",
        "--map-root-user",
        "--mount",
        "--net",
        "sh",
        "-c",
        NETWORK,
    ]);
    command.env("SNOW", command::snow().unwrap());
    let printed = finished_here(command::run(&mut command, "", LIMIT).unwrap());
    assert_eq!(printed, "[n3@127.0.0.3:4040, n4@127.0.0.4:4040]\n");
}

fn finished_here(output: Output) -> String {
    assert_eq!(output.code, Some(0), "{output:?}");
    output.stdout
}
