//! Licences of the crates that are built in, against the list of `deny.toml`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Identifiers in `allow` of the section `[licenses]` of a `deny.toml`.
pub fn allowed(deny: &str) -> Vec<String> {
    let lines = deny.lines().skip_while(|line| line.trim() != "allow = [").skip(1);
    let listed = lines.take_while(|line| line.trim() != "]");
    listed.map(|line| line.trim().trim_end_matches(',').trim_matches('"').to_owned()).collect()
}

/// Name, version and licence expression of every crate that is built in on Linux on this kind of machine.
pub fn of_crates(root: &Path) -> Result<Vec<(String, String)>> {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1", "--filter-platform", &target])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(packages
        .iter()
        .map(|package| {
            let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
            (name, text(&package["license"]))
        })
        .collect())
}

/// Whether an SPDX licence expression can be satisfied with the allowed licences alone.
pub fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    // Before SPDX expressions, crates wrote `MIT/Apache-2.0`.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    reader.either() == Some(true) && reader.words.is_empty()
}

/// Reads an expression; `None` where it makes no sense.
struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl Reader<'_> {
    fn either(&mut self) -> Option<bool> {
        let mut is_allowed = self.both()?;
        while self.takes("OR") {
            is_allowed |= self.both()?;
        }
        Some(is_allowed)
    }

    fn both(&mut self) -> Option<bool> {
        let mut is_allowed = self.one()?;
        while self.takes("AND") {
            is_allowed &= self.one()?;
        }
        Some(is_allowed)
    }

    fn one(&mut self) -> Option<bool> {
        if self.takes("(") {
            let inner = self.either()?;
            return self.takes(")").then_some(inner);
        }
        let mut licence = self.next()?.to_owned();
        if self.takes("WITH") {
            licence = format!("{licence} WITH {}", self.next()?);
        }
        Some(self.allowed.contains(&licence))
    }

    fn next(&mut self) -> Option<&str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn takes(&mut self, word: &str) -> bool {
        let takes = self.words.first() == Some(&word);
        if takes {
            self.words = self.words.get(1..).unwrap_or_default();
        }
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_allowed_where_one_choice_is() {
        let allowed =
            allowed("[licenses]\nallow = [\n    \"MIT\",\n    \"ISC\",\n    \"A WITH e\",\n]\nx = []\n");
        assert_eq!(allowed, ["MIT", "ISC", "A WITH e"]);
        for expression in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(MIT OR GPL-3.0) AND ISC", "A WITH e"] {
            assert!(is_allowed(expression, &allowed), "{expression}");
        }
        for expression in ["", "GPL-3.0", "MIT AND GPL-3.0", "A", "MIT OR", "(MIT", "MIT ISC", "MIT WITH e"] {
            assert!(!is_allowed(expression, &allowed), "{expression}");
        }
    }
}
