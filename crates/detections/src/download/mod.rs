//! Files that devices fetched over HTTP from the outside, joined with the request that fetched them. The core of
//! the detections of downloads; decides nothing.

mod chain;
mod content;
mod join;
mod place;
mod report;

pub(crate) use chain::Chain;
pub(crate) use content::{Content, content, is_disguised, is_web_control};
pub(crate) use join::{Download, FetchedFile, Joiner};
pub(crate) use place::score_place;
