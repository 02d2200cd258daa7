//! `cargo run -p xtask -- docs` writes the generated pages under `docs/reference/`.

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let root = xtask::tree::root();
    match std::env::args().nth(1).as_deref() {
        Some("docs") => xtask::reference::write(&root),
        _ => bail!("say what to do: docs"),
    }
}
