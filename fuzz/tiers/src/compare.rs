//! What is wrong with a program, or with a tier that runs it.

use std::fmt;

use snow_tests::diff;

use crate::run::{Failure, Outcome, Runner, Tier};

/// Something found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is wrong.
    pub kind: Kind,
    /// The tier in which it shows.
    pub tier: Tier,
    /// What was seen.
    pub detail: String,
}

/// Kinds of findings; shrinking keeps the kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The compiler rejects the program, with this code.
    Rejected(String),
    /// It was killed by a signal, or ended with an exit code that means nothing.
    Died,
    /// Objects are alive at the end.
    Leak,
    /// It takes too long in this tier only.
    Slow,
    /// It prints something else.
    Stdout,
    /// It ends otherwise.
    Code,
    /// Its crash report is another.
    Report,
}

/// What a program led to.
pub enum Verdict {
    /// All tiers agree.
    Fine,
    /// It takes too long to be compared.
    Skipped,
    /// They do not.
    Found(Finding),
}

impl Finding {
    /// Whether it is the same mistake as another, as far as one can tell.
    pub fn is_like(&self, other: &Finding) -> bool {
        self.kind == other.kind && self.tier == other.tier
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} in {:?}:\n{}", self.kind, self.tier, self.detail)
    }
}

/// Runs a program in these tiers besides the interpreter.
pub fn compare(runner: &Runner, text: &str, tiers: &[Tier]) -> Result<Verdict, String> {
    runner.load(text)?;
    let expected = match runner.run(Tier::Vm)? {
        Ok(outcome) => outcome,
        Err(Failure::Slow) => return Ok(Verdict::Skipped),
        Err(Failure::Rejected(messages)) => {
            return Ok(Verdict::Found(rejected(Tier::Vm, messages)));
        }
    };
    if let Some(finding) = alone(&expected, Tier::Vm) {
        return Ok(Verdict::Found(finding));
    }
    for &tier in tiers {
        if let Some(finding) = differs(runner, tier, &expected)? {
            return Ok(Verdict::Found(finding));
        }
    }
    Ok(Verdict::Fine)
}

fn differs(runner: &Runner, tier: Tier, expected: &Outcome) -> Result<Option<Finding>, String> {
    let found = |kind, detail| Some(Finding { kind, tier, detail });
    let outcome = match runner.run(tier)? {
        Ok(outcome) => outcome,
        Err(Failure::Slow) => return Ok(found(Kind::Slow, String::new())),
        Err(Failure::Rejected(messages)) => return Ok(Some(rejected(tier, messages))),
    };
    if let Some(finding) = alone(&outcome, tier) {
        return Ok(Some(finding));
    }
    Ok(if outcome.stdout != expected.stdout {
        found(Kind::Stdout, diff::lines(&expected.stdout, &outcome.stdout))
    } else if outcome.code != expected.code {
        found(
            Kind::Code,
            format!("{:?}, expected {:?}", outcome.code, expected.code),
        )
    } else if outcome.report != expected.report {
        found(Kind::Report, diff::lines(&expected.report, &outcome.report))
    } else {
        None
    })
}

/// What is wrong with an outcome whatever the others are.
fn alone(outcome: &Outcome, tier: Tier) -> Option<Finding> {
    let found = |kind, detail| Some(Finding { kind, tier, detail });
    if !matches!(outcome.code, Some(0 | 1)) || outcome.report.contains("panicked") {
        return found(
            Kind::Died,
            format!("{:?}\n{}", outcome.code, outcome.report),
        );
    }
    match outcome.live.as_deref() {
        Some("0") => None,
        live => found(Kind::Leak, format!("live={}", live.unwrap_or("?"))),
    }
}

fn rejected(tier: Tier, messages: String) -> Finding {
    let code = messages.lines().find_map(|line| {
        let code = line.strip_prefix("[E")?.split(']').next()?;
        Some(format!("E{code}"))
    });
    Finding {
        kind: Kind::Rejected(code.unwrap_or_default()),
        tier,
        detail: without_warnings(&messages),
    }
}

/// What the compiler said; programs have more warnings than one wants to read.
fn without_warnings(messages: &str) -> String {
    let mut warning = false;
    let mut kept = Vec::new();
    for line in messages.lines() {
        if !line.starts_with([' ', '─']) {
            warning = line.starts_with("[W");
        }
        if !warning {
            kept.push(line);
        }
    }
    kept.join("\n")
}
