//! Who may know whom: the table in ARCHITECTURE.md, and what the manifests say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::tree;

/// Crate → the crates of ours that it uses.
pub type Edges = BTreeMap<String, BTreeSet<String>>;

/// Reads the table: lines such as `sensor → capture, conntrack` in ARCHITECTURE.md. Several crates may stand
/// on the left side, and `(nothing of ours)` on the right.
pub fn allowed(architecture: &str) -> Edges {
    let mut edges = Edges::new();
    for (left, right) in architecture.lines().filter_map(|line| line.split_once('→')) {
        let names = |side: &str| -> BTreeSet<String> {
            side.split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !name.is_empty())
                .collect()
        };
        let left_names = names(left);
        if left_names.len() != left.split(',').count() {
            continue;
        }
        for name in left_names {
            edges.entry(name).or_default().extend(names(right));
        }
    }
    edges
}

/// Reads the manifests: what stands under `[dependencies]` and is one of our crates.
pub fn actual(root: &Path) -> Edges {
    let manifests = tree::files(&root.join("crates"), "Cargo.toml");
    let name_of = |path: &Path| {
        path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default().to_owned()
    };
    let ours: BTreeSet<String> = manifests.iter().map(|path| name_of(path)).collect();
    let mut edges = Edges::new();
    for path in &manifests {
        let text = tree::text(path);
        let used = edges.entry(name_of(path)).or_default();
        let mut in_dependencies = false;
        for line in text.lines() {
            if line.starts_with('[') {
                in_dependencies = line == "[dependencies]";
            }
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if in_dependencies && ours.contains(name) {
                used.insert(name.to_owned());
            }
        }
    }
    edges
}
