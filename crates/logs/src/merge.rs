//! The records of logs, in order, also among those of captures that are read at the same time.

use std::io;

use records::AnyRecord;

use crate::sort::{Placed, Sorted, written_at};
use crate::zeek::logins::Logins;

/// Records that are given out at once.
const BATCH: usize = 4096;

/// Gives the records of logs.
#[derive(Debug)]
pub struct Merge {
    sorted: Sorted,
    next: Option<Placed>,
    begun: bool,
    logins: Logins,
    /// The latest time of captures.
    now: i64,
}

impl Merge {
    pub(crate) fn new(sorted: Sorted) -> Self {
        Self { sorted, next: None, begun: false, logins: Logins::default(), now: i64::MIN }
    }

    /// Adds to records of captures those of logs that were written before them.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn with(&mut self, records: Vec<AnyRecord>) -> io::Result<Vec<AnyRecord>> {
        self.begin()?;
        if self.next.is_none() {
            return Ok(records);
        }
        let mut merged = Vec::with_capacity(records.len());
        for record in records {
            self.now = self.now.max(written_at(&record));
            while self.next.as_ref().is_some_and(|next| next.key <= self.now) {
                self.give(&mut merged)?;
            }
            merged.push(record);
        }
        Ok(merged)
    }

    /// The next records when captures are over; none at the end.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn rest(&mut self) -> io::Result<Vec<AnyRecord>> {
        self.begin()?;
        let mut records = Vec::new();
        while self.next.is_some() && records.len() < BATCH {
            self.give(&mut records)?;
        }
        Ok(records)
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            self.begun = true;
            self.next = self.sorted.next()?;
        }
        Ok(())
    }

    fn give(&mut self, records: &mut Vec<AnyRecord>) -> io::Result<()> {
        let following = self.sorted.next()?;
        if let Some(placed) = std::mem::replace(&mut self.next, following) {
            let login = if placed.tells_logins { self.logins.observe(&placed.record) } else { None };
            records.push(placed.record);
            records.extend(login.map(AnyRecord::from));
        }
        Ok(())
    }
}
