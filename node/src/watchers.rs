//! Actors that want to know of nodes that join and leave.

use snow_vm::actor::Pid;
use snow_vm::actor::entry::Signal;
use std::sync::Arc;

/// Who wants to know of which node; of all when no name is said.
#[derive(Default)]
pub struct Watchers(Vec<(Pid, Option<Arc<str>>)>);

impl Watchers {
    /// An actor wants to know of a node, or of all.
    pub fn add(&mut self, pid: Pid, name: Option<Arc<str>>) {
        let watch = (pid, name);
        if !self.0.contains(&watch) {
            self.0.push(watch);
        }
    }

    /// It does not any more.
    pub fn remove(&mut self, pid: Pid, name: Option<&str>) {
        self.0
            .retain(|(who, of)| *who != pid || of.as_deref() != name);
    }

    /// Tells all who want to know, each once; those that have ended are forgotten.
    pub fn tell(
        &mut self,
        name: &str,
        signal: impl Fn() -> Signal,
        mut deliver: impl FnMut(Pid, Signal) -> bool,
    ) {
        let mut told: Vec<Pid> = Vec::new();
        let mut ended: Vec<Pid> = Vec::new();
        for (pid, of) in &self.0 {
            let concerned = of.as_deref().is_none_or(|of| of == name);
            if !concerned || told.contains(pid) {
                continue;
            }
            told.push(*pid);
            if !deliver(*pid, signal()) {
                ended.push(*pid);
            }
        }
        self.0.retain(|(pid, _)| !ended.contains(pid));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once_and_only_of_what_it_wants() {
        let (a, b, c) = (Pid::new(1, 1), Pid::new(2, 1), Pid::new(3, 1));
        let mut watchers = Watchers::default();
        watchers.add(a, None);
        watchers.add(a, Some("x".into()));
        watchers.add(b, Some("y".into()));
        watchers.add(c, Some("x".into()));
        let mut told = Vec::new();
        let down = || Signal::NodeDown("x".into());
        watchers.tell("x", down, |pid, _| {
            told.push(pid);
            pid != c
        });
        assert_eq!(told, [a, c]);
        watchers.remove(a, None);
        told.clear();
        watchers.tell("x", down, |pid, _| {
            told.push(pid);
            true
        });
        assert_eq!(told, [a], "c has ended, and a still wants to know of x");
    }
}
