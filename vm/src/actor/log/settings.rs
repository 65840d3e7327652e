//! What is written, and in which form: levels, and what the environment says.

/// How urgent something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// For whoever looks for a mistake.
    Debug,
    /// What happens.
    Info,
    /// What should not happen.
    Warning,
    /// What must not happen.
    Error,
    /// Above all: nothing is as urgent as this.
    Off,
}

impl Level {
    /// All levels of entries, by their numbers.
    const ALL: [Level; 5] = [
        Level::Debug,
        Level::Info,
        Level::Warning,
        Level::Error,
        Level::Off,
    ];

    /// The level of a number.
    pub fn of(number: i64) -> Level {
        let index = usize::try_from(number).unwrap_or(0);
        Level::ALL.get(index).copied().unwrap_or(Level::Off)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
            Level::Off => "off",
        }
    }

    fn named(name: &str) -> Option<Level> {
        match name {
            "warn" => Some(Level::Warning),
            _ => Level::ALL.into_iter().find(|level| level.name() == name),
        }
    }
}

/// The form of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What is written, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reports {
    /// The form of lines.
    pub form: Form,
    /// The least level that is written.
    pub level: Level,
    /// Whether the runtime tells anything by itself.
    pub own: bool,
}

impl Default for Reports {
    fn default() -> Reports {
        Reports {
            form: Form::Text,
            level: Level::Info,
            own: true,
        }
    }
}

impl Reports {
    /// What the environment says: `SNOW_LOG=json,warning`, `SNOW_CRASH_REPORTS=off`. The value of `SNOW_LOG` when it means nothing.
    pub fn from_environment() -> Result<Reports, String> {
        let mut reports = Reports::default();
        let text = std::env::var("SNOW_LOG").unwrap_or_default();
        for word in text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            reports.choose(word).ok_or_else(|| text.clone())?;
        }
        let silent = std::env::var("SNOW_CRASH_REPORTS").is_ok_and(|text| text == "off");
        reports.own = !silent;
        Ok(reports)
    }

    fn choose(&mut self, word: &str) -> Option<()> {
        match word {
            "json" => self.form = Form::Json,
            "text" => self.form = Form::Text,
            _ => self.level = Level::named(word)?,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_form_and_level() {
        let chosen = |words: &[&str]| {
            let mut reports = Reports::default();
            let known = words.iter().all(|word| reports.choose(word).is_some());
            known.then_some((reports.form, reports.level))
        };
        assert_eq!(chosen(&[]), Some((Form::Text, Level::Info)));
        assert_eq!(
            chosen(&["json", "warn"]),
            Some((Form::Json, Level::Warning))
        );
        assert_eq!(chosen(&["off"]), Some((Form::Text, Level::Off)));
        assert_eq!(chosen(&["loud"]), None);
    }
}
