//! A set of variables.

use smallvec::SmallVec;

use crate::core::flat::ir::Var;

/// Variables in ascending order. Few are alive at a time, so that a row of them in one piece of memory is faster than a tree, and mostly
/// has its place in the set itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct VarSet(SmallVec<[Var; 8]>);

/// So many are better added one by one.
const FEW: usize = 4;

impl VarSet {
    /// No variables.
    pub fn new() -> VarSet {
        VarSet::default()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a variable is among them.
    pub fn contains(&self, var: &Var) -> bool {
        self.0.binary_search(var).is_ok()
    }

    /// Adds a variable.
    pub fn insert(&mut self, var: Var) {
        if let Err(at) = self.0.binary_search(&var) {
            self.0.insert(at, var);
        }
    }

    /// Takes a variable out; whether it was there.
    pub fn remove(&mut self, var: &Var) -> bool {
        let found = self.0.binary_search(var);
        if let Ok(at) = found {
            self.0.remove(at);
        }
        found.is_ok()
    }

    /// Keeps those that pass a test.
    pub fn retain(&mut self, mut keep: impl FnMut(&Var) -> bool) {
        self.0.retain(|var| keep(var));
    }

    /// All, ascending.
    pub fn iter(&self) -> std::slice::Iter<'_, Var> {
        self.0.iter()
    }

    /// Adds those of another set.
    pub fn add(&mut self, other: &VarSet) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
            return;
        }
        if other.0.len() <= FEW {
            self.extend(other.iter().copied());
            return;
        }
        let most = self.0.len() + other.0.len();
        let mine = std::mem::replace(&mut self.0, SmallVec::with_capacity(most));
        let (mut mine, mut others) = (mine.into_iter().peekable(), other.iter().peekable());
        while let (Some(a), Some(&&b)) = (mine.peek().copied(), others.peek()) {
            self.0.push(a.min(b));
            if a <= b {
                mine.next();
            }
            if b <= a {
                others.next();
            }
        }
        self.0.extend(mine);
        self.0.extend(others.copied());
    }

    /// Those that are not in another set.
    pub fn difference<'a>(&'a self, other: &'a VarSet) -> impl Iterator<Item = Var> + 'a {
        self.iter().copied().filter(|var| !other.contains(var))
    }
}

impl Extend<Var> for VarSet {
    fn extend<I: IntoIterator<Item = Var>>(&mut self, vars: I) {
        for var in vars {
            self.insert(var);
        }
    }
}

impl FromIterator<Var> for VarSet {
    fn from_iter<I: IntoIterator<Item = Var>>(vars: I) -> VarSet {
        let mut set: SmallVec<[Var; 8]> = vars.into_iter().collect();
        set.sort_unstable();
        set.dedup();
        VarSet(set)
    }
}

impl IntoIterator for VarSet {
    type Item = Var;
    type IntoIter = smallvec::IntoIter<[Var; 8]>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::VarSet;
    use proptest::prelude::*;
    use snow_bytecode::module::Reg;
    use std::collections::BTreeSet;

    fn set(numbers: &BTreeSet<u32>) -> VarSet {
        numbers.iter().copied().map(Reg).collect()
    }

    proptest! {
        #[test]
        fn behaves_as_a_set(
            a in prop::collection::btree_set(0u32..40, 0..20),
            b in prop::collection::btree_set(0u32..40, 0..20),
            one in 0u32..40,
        ) {
            let mut sum = set(&a);
            sum.add(&set(&b));
            prop_assert_eq!(&sum, &set(&(&a | &b)));
            prop_assert_eq!(set(&a).difference(&set(&b)).collect::<VarSet>(), set(&(&a - &b)));
            prop_assert_eq!(sum.contains(&Reg(one)), a.contains(&one) || b.contains(&one));
            let mut without = a.clone();
            let mut changed = set(&a);
            prop_assert_eq!(changed.remove(&Reg(one)), without.remove(&one));
            prop_assert_eq!(&changed, &set(&without));
            changed.insert(Reg(one));
            without.insert(one);
            prop_assert_eq!(changed, set(&without));
        }
    }
}
