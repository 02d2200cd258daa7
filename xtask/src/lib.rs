//! What keeps the house in order: generated pages, and the house rules as tests (`tests/`).

pub mod edges;
pub mod licences;
pub mod reference;
pub mod tree;
