//! Which classes a process takes of an enrolment that several share.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The share `index` of `count`, written as `1/3`: every `count`-th class,
/// counted from the `index`-th.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Shard {
    /// From 1 to `count`.
    index: usize,
    count: usize,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { index: 1, count: 1 };

    /// Into how many shares it is parted.
    pub fn count(self) -> usize {
        self.count
    }

    /// Of these classes those that are in the share.
    pub fn of(self, classes: &[usize]) -> Vec<usize> {
        let share = classes.iter().copied().skip(self.index - 1);
        share.step_by(self.count).collect()
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err(format!("expected a share such as 1/3, found `{text}`")),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_hold_every_class_once() {
        let classes = [1, 3, 4, 7, 8];
        let of = |text: &str| text.parse::<Shard>().unwrap().of(&classes);
        assert_eq!((of("1/2"), of("2/2")), (vec![1, 4, 8], vec![3, 7]));
        assert_eq!(Shard::WHOLE.of(&classes), classes);
        assert!(of("6/6").is_empty());
        for bad in ["0/2", "3/2", "1", "a/b", "1/2/3", "-1/2"] {
            assert!(bad.parse::<Shard>().unwrap_err().contains(bad));
        }
    }
}
