//! Names and groups of the whole cluster.

use crate::fixture::{Place, signal};
use crate::steered::{Steered, compile, connected};

#[test]
fn a_name_has_one_owner_and_leaves_with_its_node() {
    let place = Place::new();
    let nodes = ["a", "b", "c"].map(|name| Steered::new(&place, name));
    let [mut a, mut b, mut c] = connected(nodes);
    assert_eq!(a.obey("register leader"), "true");
    for node in [&mut a, &mut b, &mut c] {
        assert_eq!(node.obey("register leader"), "false");
    }
    assert_eq!(b.obey("whereis leader"), a.name);
    a.running.child.kill().unwrap();
    b.until("whereis leader", "nobody");
    c.until("whereis leader", "nobody");
    assert_eq!(b.obey("register leader"), "true");
    assert_eq!(c.obey("whereis leader"), b.name);
    assert_eq!(c.obey("unregister leader"), "true");
    b.until("whereis leader", "nobody");
}

/// The name of an actor elsewhere, given and taken.
#[test]
fn a_name_can_be_given_to_an_actor_of_another_node() {
    let place = Place::new();
    let nodes = ["a", "b"].map(|name| Steered::new(&place, name));
    let [mut a, mut b] = connected(nodes);
    let give = format!("give store {}", b.name);
    assert_eq!(a.obey(&give), "true");
    assert_eq!(a.obey(&give), "false");
    a.until("whereis store", &b.name.clone());
    assert_eq!(b.obey("whereis store"), b.name);
    assert_eq!(a.obey("unregister store"), "true");
    b.until("whereis store", "nobody");
}

/// Three nodes, of native code and not, want the same thirty names at the same time.
#[test]
fn of_several_at_once_exactly_one_gets_a_name() {
    let place = Place::new();
    compile(&place);
    let nodes = [
        Steered::new(&place, "a"),
        Steered::native(&place, "b"),
        Steered::native(&place, "c"),
    ];
    let mut nodes = connected(nodes);
    for node in &mut nodes {
        node.tell("register_many n 30");
    }
    let won: Vec<u32> = nodes
        .iter()
        .map(|node| node.answer().parse().unwrap())
        .collect();
    assert_eq!(won.iter().sum::<u32>(), 30, "{won:?}");
    let seen = nodes[0].obey("owners n 30");
    let own = |name: &str| seen.split(' ').filter(|owner| *owner == name).count();
    assert_eq!(
        [own("a"), own("b"), own("c")].map(|count| count as u32),
        won[..]
    );
    for node in &mut nodes {
        node.until("owners n 30", &seen);
    }
}

/// Whoever serialises some of the names is killed meanwhile.
#[test]
fn names_can_be_had_while_a_member_dies() {
    let place = Place::new();
    let nodes = ["a", "b", "c"].map(|name| Steered::new(&place, name));
    let [mut a, mut b, mut c] = connected(nodes);
    a.tell("register_many n 200");
    b.tell("register_many m 200");
    std::thread::sleep(std::time::Duration::from_millis(30));
    c.running.child.kill().unwrap();
    assert_eq!(a.answer(), "200");
    assert_eq!(b.answer(), "200");
    let seen = a.obey("owners n 200");
    assert_eq!(seen, ["a"; 200].join(" "));
    b.until("owners n 200", &seen);
}

/// A node stands still; its name is given to another; when it goes on, the smaller one keeps it and the other is told.
#[test]
fn after_a_partition_one_keeps_the_name_and_the_other_is_told() {
    let place = Place::new();
    let nodes = ["a", "b", "c"].map(|name| Steered::new(&place, name));
    let [mut a, mut b, mut c] = connected(nodes);
    assert_eq!(c.obey("register leader"), "true");
    signal(&c.running.child, "-STOP");
    assert_eq!(a.obey("members 1"), "true");
    assert_eq!(b.obey("members 1"), "true");
    assert_eq!(a.obey("register leader"), "true");
    signal(&c.running.child, "-CONT");
    assert_eq!(c.obey("lost"), "leader");
    for node in [&mut a, &mut b, &mut c] {
        assert_eq!(node.obey("members 2"), "true");
    }
    let owner = a.name.clone();
    for node in [&mut a, &mut b, &mut c] {
        node.until("whereis leader", &owner);
    }
}

#[test]
fn groups_are_seen_by_all_and_watched() {
    let place = Place::new();
    let nodes = ["a", "b", "c"].map(|name| Steered::new(&place, name));
    let [mut a, mut b, mut c] = connected(nodes);
    assert_eq!(a.obey("watch workers"), "watched");
    for node in [&mut b, &mut c] {
        assert_eq!(node.obey("join workers"), "joined");
    }
    let mut seen = [a.obey("change"), a.obey("change")];
    seen.sort_unstable();
    assert_eq!(seen, ["workers + b", "workers + c"]);
    b.until("group workers", "b c");
    assert_eq!(a.obey("tell workers"), "told");
    assert_eq!([b.obey("heard"), c.obey("heard")], ["7", "7"]);
    assert_eq!(b.obey("leave workers"), "left");
    assert_eq!(a.obey("change"), "workers - b");
    // One that cannot be reached is in the group no more, and again when it is there again.
    signal(&c.running.child, "-STOP");
    assert_eq!(a.obey("change"), "workers - c");
    assert_eq!(a.obey("group workers"), "");
    signal(&c.running.child, "-CONT");
    assert_eq!(a.obey("change"), "workers + c");
    b.until("group workers", "c");
    c.running.child.kill().unwrap();
    assert_eq!(a.obey("change"), "workers - c");
}

/// A member that stands still answers nobody: who wants a name hears so after five seconds, and the name is free.
#[test]
fn without_agreement_there_is_no_name() {
    let place = Place::new();
    let nodes = ["a", "b", "c"].map(|name| Steered::patient(&place, name));
    let [mut a, mut b, c] = connected(nodes);
    signal(&c.running.child, "-STOP");
    let failed = a.obey("try_register leader");
    assert_eq!(
        failed,
        "Err(Global.register of leader: the members of the cluster did not agree within 5 s)"
    );
    signal(&c.running.child, "-CONT");
    assert_eq!(b.obey("whereis leader"), "nobody");
    assert_eq!(b.obey("try_register leader"), "Ok(true)");
    assert_eq!(a.obey("try_register leader"), "Ok(false)");
}
