//! `examples/deploy`: the program as containers run it, and its manifests, as far as they can be checked without a cluster.

use crate::fixture::{COOKIE, LIMIT, Place, Running, signal, signal_mode};
use serde_yaml_ng::Value;
use snow_tests::command;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/deploy")
}

fn member(place: &Place, name: &str, connect: Option<&str>) -> Running {
    let mut command = Command::new(command::snow().unwrap());
    command.current_dir(place.0.path());
    command
        .args(["run", "--tier=vm"])
        .arg(example().join("main.snow"));
    command.env("SNOW_NODE", format!("{name}@127.0.0.1:0"));
    command.env("SNOW_COOKIE_FILE", "cookie");
    command.env("READY_FILE", format!("ready-{name}"));
    if let Some(other) = connect {
        command.env("SNOW_CONNECT", other);
    }
    Running::start(command)
}

/// The next line with a text in it.
fn line_with(running: &Running, text: &str) -> String {
    loop {
        let line = running.line();
        if line.contains(text) {
            return line;
        }
    }
}

#[test]
fn a_member_is_ready_and_goes_in_order_and_another_one_takes_over() {
    let place = Place::new();
    signal_mode(&place.write("cookie", &[COOKIE]));
    let mut a = member(&place, "a", None);
    assert_eq!(a.line(), "this node counts");
    let ready = a.line();
    let (name, rest) = ready.split_once(' ').unwrap();
    assert_eq!(rest, "is ready");
    assert!(place.0.path().join("ready-a").exists());
    let b = member(&place, "b", Some(name));
    // Both count; who is first is not said.
    let number = line_with(&a, "is here");
    assert!(number.ends_with(" 1") || number.ends_with(" 2"), "{number}");
    line_with(&b, "is ready");
    line_with(&b, "is here");
    signal(&a.child, "-TERM");
    line_with(&a, "asked to stop");
    let began = Instant::now();
    let status = a.child.wait().unwrap();
    assert!(status.success() && began.elapsed() < LIMIT);
    assert!(!place.0.path().join("ready-a").exists());
    line_with(&b, "is gone");
    line_with(&b, "this node counts");
}

fn documents() -> Vec<Value> {
    use serde::Deserialize;
    let text = std::fs::read_to_string(example().join("kubernetes.yaml")).unwrap();
    let documents = serde_yaml_ng::Deserializer::from_str(&text);
    documents
        .map(|one| Value::deserialize(one).unwrap())
        .collect()
}

fn of_kind<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    let found = documents.iter().find(|one| one["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind}"))
}

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let mut all = list.as_sequence().unwrap().iter();
    all.find(|one| one["name"] == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

/// What one part of the manifests says of another is true.
#[test]
fn the_manifests_fit_together() {
    let documents = documents();
    let service = of_kind(&documents, "Service");
    let deployment = of_kind(&documents, "Deployment");
    assert_eq!(service["apiVersion"], "v1");
    assert_eq!(service["spec"]["clusterIP"], "None");
    assert_eq!(service["spec"]["publishNotReadyAddresses"], true);
    assert_eq!(deployment["apiVersion"], "apps/v1");
    let template = &deployment["spec"]["template"];
    let labels = &template["metadata"]["labels"];
    assert_eq!(&service["spec"]["selector"], labels);
    assert_eq!(&deployment["spec"]["selector"]["matchLabels"], labels);
    let pod = &template["spec"];
    let app = named(&pod["containers"], "app");
    let port = app["ports"][0]["containerPort"].as_u64().unwrap();
    assert_eq!(
        service["spec"]["ports"][0]["targetPort"].as_u64(),
        Some(port)
    );
    let env = |name: &str| named(&app["env"], name)["value"].as_str().unwrap();
    assert_eq!(env("SNOW_NODE"), format!("app@$(POD_IP):{port}"));
    let host = service["metadata"]["name"].as_str().unwrap();
    assert_eq!(env("SNOW_DISCOVER"), format!("dns:{host}:{port}"));
    let probe = &app["readinessProbe"]["exec"]["command"];
    assert_eq!(probe[2].as_str(), Some(env("READY_FILE")));
    let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
    assert!(grace > 5, "a program takes five seconds at most to stop");
    let mounts = [app, named(&pod["initContainers"], "cookie")];
    for mount in mounts
        .iter()
        .flat_map(|one| one["volumeMounts"].as_sequence().unwrap())
    {
        named(&pod["volumes"], mount["name"].as_str().unwrap());
    }
    let copied = named(&pod["initContainers"], "cookie")["command"][4].as_str();
    assert_eq!(copied, Some(env("SNOW_COOKIE_FILE")));
}
