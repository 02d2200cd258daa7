//! All files that are open on the connections of one shard.

use std::cmp::Reverse;
use std::hash::Hasher as _;
use std::vec::Drain;

use records::{AnyRecord, Endpoints, Stats, Timestamp, Uid};
use rustc_hash::{FxHashMap, FxHasher};

use crate::open_file::OpenFile;
use crate::store::{Dropped, Store};
use crate::window::Budget;

/// At most so many files are open on a connection; then the one that began first is given up.
const OPEN_PER_CONNECTION_MAX: usize = 256;

/// At most so many files are open at all; then new ones are refused.
const OPEN_MAX: usize = 65_536;

/// How much the files that are open may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes behind holes, of all files together; beyond, the files that keep most give up their holes.
    pub pending_bytes_max: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { pending_bytes_max: 256 << 20 }
    }
}

/// The connection that carries a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carrier {
    /// Its name.
    pub uid: Uid,
    /// Its ends.
    pub id: Endpoints,
}

/// A file while its bytes come. The handle of a refused file may be used like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(pub u64);

const REFUSED: Handle = Handle(0);

/// What is known of a file when it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Zeek's source: `HTTP`, `FTP_DATA`, `SMB`, `SMTP` ….
    pub source: &'static str,
    /// Place on the connection (HTTP: `trans_depth`).
    pub depth: u32,
    /// Name, where the protocol gives one.
    pub filename: Option<String>,
    /// Bytes that it should have, where known.
    pub total_bytes: Option<u64>,
    /// Whether the originator sends it.
    pub is_orig: bool,
    /// Whether the sender is one of our hosts.
    pub local_orig: bool,
    /// While a file with the same key is open on the connection, it is the same file.
    pub key: Option<u64>,
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Name of the file.
    pub fuid: Uid,
    /// Type by content, once enough bytes were seen or the file ended.
    pub mime_type: Option<&'static str>,
    /// Bytes seen.
    pub seen_bytes: u64,
}

/// The open files. A file has its record when it ends: when the protocol says so, when it has all the bytes that
/// it should have, when nothing comes for two minutes, or when its connection ends.
#[derive(Default)]
pub struct Files {
    open: FxHashMap<Handle, Slot>,
    connections: FxHashMap<Uid, OnConnection>,
    /// Files so far of each connection, which gives each file its name.
    ordinals: FxHashMap<Uid, u32>,
    last_handle: u64,
    store: Option<Store>,
    records: Vec<AnyRecord>,
    stats: Stats,
    budget: Budget,
    limits: FileLimits,
    /// What waits behind holes.
    pending: usize,
}

/// A file and what became of it.
struct Slot {
    carrier: Carrier,
    start: Start,
    state: State,
}

enum State {
    /// No byte has come yet.
    Announced,
    Open(Box<OpenFile>),
    /// Its record is written. More bytes make a new file.
    Ended(Summary),
}

/// What is open on a connection.
#[derive(Default)]
struct OnConnection {
    /// In the order in which they began.
    handles: Vec<Handle>,
    keys: FxHashMap<u64, Handle>,
}

impl Files {
    /// With a store, files are written out as well.
    pub fn new(store: Option<Store>) -> Self {
        Self { store, ..Self::default() }
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: FileLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes the records that were written since the last time, in order.
    pub fn records(&mut self) -> Drain<'_, AnyRecord> {
        self.records.drain(..)
    }

    /// How many files there were, and what was not followed because of a limit.
    pub fn stats(&self) -> Stats {
        Stats { files_not_looked_into: self.budget.refused(), ..self.stats.clone() }
    }

    /// Files that were to be written out and were not.
    pub fn dropped(&self) -> Dropped {
        self.store.as_ref().map(Store::dropped).unwrap_or_default()
    }

    /// A file begins, or goes on if its key is known. Without bytes or gaps it leaves no record.
    pub fn begin(&mut self, _ts: Timestamp, carrier: Carrier, start: Start) -> Handle {
        let connection = self.connections.entry(carrier.uid).or_default();
        if let Some(handle) = start.key.and_then(|key| connection.keys.get(&key)) {
            return *handle;
        }
        if self.open.len() >= OPEN_MAX {
            self.stats.files_refused += 1;
            return REFUSED;
        }
        if let Some(oldest) = connection.handles.first().copied()
            && connection.handles.len() >= OPEN_PER_CONNECTION_MAX
        {
            self.stats.files_given_up += 1;
            self.remove(oldest, true);
        }
        self.last_handle += 1;
        let handle = Handle(self.last_handle);
        let connection = self.connections.entry(carrier.uid).or_default();
        connection.handles.push(handle);
        if let Some(key) = start.key {
            connection.keys.insert(key, handle);
        }
        self.open.insert(handle, Slot { carrier, start, state: State::Announced });
        handle
    }

    /// Its next bytes.
    pub fn data(&mut self, ts: Timestamp, handle: Handle, bytes: &[u8]) {
        self.bytes(ts, handle, None, bytes);
    }

    /// Bytes at this offset; what comes twice is not counted twice.
    pub fn data_at(&mut self, ts: Timestamp, handle: Handle, offset: u64, bytes: &[u8]) {
        self.bytes(ts, handle, Some(offset), bytes);
    }

    /// So many bytes are missing here.
    pub fn gap(&mut self, ts: Timestamp, handle: Handle, length: u64) {
        if length > 0
            && let Some((file, store)) = self.open_file(ts, handle)
        {
            let before = file.pending_cost();
            file.gap(ts, length, store);
            let after = file.pending_cost();
            self.pending = self.pending.saturating_add(after).saturating_sub(before);
        }
    }

    /// Its name or size became known later.
    pub fn describe(&mut self, handle: Handle, filename: Option<String>, total_bytes: Option<u64>) {
        let Some(slot) = self.open.get_mut(&handle) else { return };
        let describe = |start: &mut Start| {
            if filename.is_some() {
                start.filename.clone_from(&filename);
            }
            start.total_bytes = total_bytes.or(start.total_bytes);
        };
        describe(&mut slot.start);
        if let State::Open(file) = &mut slot.state {
            describe(&mut file.start);
            if total_bytes.is_some() && file.is_complete() {
                self.finish(handle, false);
            }
        }
    }

    /// What is known so far; nothing before the first byte.
    pub fn summary(&self, handle: Handle) -> Option<Summary> {
        match &self.open.get(&handle)?.state {
            State::Announced => None,
            State::Open(file) => Some(summary(file)),
            State::Ended(summary) => Some(summary.clone()),
        }
    }

    /// The protocol has sent all of it.
    pub fn end(&mut self, _ts: Timestamp, handle: Handle) -> Option<Summary> {
        self.remove(handle, false)
    }

    /// The connection is over: what its protocol has not ended is given up.
    pub fn end_connection(&mut self, uid: Uid) {
        self.ordinals.remove(&uid);
        let Some(connection) = self.connections.remove(&uid) else { return };
        for handle in connection.handles {
            self.finish(handle, true);
            self.open.remove(&handle);
        }
    }

    fn bytes(&mut self, ts: Timestamp, handle: Handle, offset: Option<u64>, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let Some((file, store)) = self.open_file(ts, handle) else { return };
        let before = file.pending_cost();
        file.take(ts, offset, bytes, store);
        let (after, is_complete) = (file.pending_cost(), file.is_complete());
        self.pending = self.pending.saturating_add(after).saturating_sub(before);
        if is_complete {
            self.finish(handle, false);
        }
        if self.pending > self.limits.pending_bytes_max {
            self.make_room();
        }
    }

    /// Frees what waits behind holes, first of the files that keep most, so far that it will do for a while.
    #[cold]
    fn make_room(&mut self) {
        let pending = |(handle, slot): (&Handle, &Slot)| match &slot.state {
            State::Open(file) if file.pending_cost() > 0 => Some((Reverse(file.pending_cost()), *handle)),
            State::Open(_) | State::Announced | State::Ended(_) => None,
        };
        let mut holders: Vec<_> = self.open.iter().filter_map(pending).collect();
        holders.sort_unstable();
        for (Reverse(cost), handle) in holders {
            if self.pending <= self.limits.pending_bytes_max / 8 * 7 {
                return;
            }
            if let Some(Slot { state: State::Open(file), .. }) = self.open.get_mut(&handle) {
                file.give_way(self.store.as_mut());
                self.pending = self.pending.saturating_sub(cost);
                self.stats.file_holes_given_up += 1;
            }
        }
    }

    /// The file of this handle, made when it has none or the last one is over.
    fn open_file(&mut self, ts: Timestamp, handle: Handle) -> Option<(&mut OpenFile, Option<&mut Store>)> {
        if let State::Open(file) = &self.open.get(&handle)?.state
            && file.is_timed_out(ts)
        {
            self.finish(handle, true);
        }
        let slot = self.open.get_mut(&handle)?;
        if !matches!(slot.state, State::Open(_)) {
            let ordinal = self.ordinals.entry(slot.carrier.uid).or_default();
            *ordinal += 1;
            self.stats.files += 1;
            let fuid = fuid(slot.carrier.uid, *ordinal);
            let (start, budget) = (slot.start.clone(), self.budget.clone());
            let file = OpenFile::new(ts, fuid, start, self.store.as_mut(), budget);
            slot.state = State::Open(Box::new(file));
        }
        match &mut slot.state {
            State::Open(file) => Some((file, self.store.as_mut())),
            State::Announced | State::Ended(_) => None,
        }
    }

    fn finish(&mut self, handle: Handle, timed_out: bool) {
        let Some(slot) = self.open.get_mut(&handle) else { return };
        if let State::Open(file) = &mut slot.state {
            self.pending = self.pending.saturating_sub(file.pending_cost());
            file.finish(&slot.carrier, timed_out, self.store.as_mut(), &mut self.records);
            slot.state = State::Ended(summary(file));
        }
    }

    fn remove(&mut self, handle: Handle, timed_out: bool) -> Option<Summary> {
        self.finish(handle, timed_out);
        let slot = self.open.remove(&handle)?;
        if let Some(connection) = self.connections.get_mut(&slot.carrier.uid) {
            connection.handles.retain(|other| *other != handle);
            if let Some(key) = slot.start.key {
                connection.keys.remove(&key);
            }
            if connection.handles.is_empty() {
                self.connections.remove(&slot.carrier.uid);
            }
        }
        match slot.state {
            State::Ended(summary) => Some(summary),
            State::Announced | State::Open(_) => None,
        }
    }
}

fn summary(file: &OpenFile) -> Summary {
    Summary { fuid: file.fuid, mime_type: file.mime_type, seen_bytes: file.seen_bytes }
}

/// The name of the `ordinal`th file on a connection.
fn fuid(uid: Uid, ordinal: u32) -> Uid {
    let half = |seed: u32| {
        let mut hasher = FxHasher::default();
        hasher.write_u32(seed);
        hasher.write(uid.as_str().as_bytes());
        hasher.write_u32(ordinal);
        u128::from(hasher.finish())
    };
    Uid::file(half(1) << 64 | half(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use records::File;

    fn carrier() -> Carrier {
        Carrier { uid: Uid::connection(7), id: Endpoints::default() }
    }

    fn seconds(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000_000_000)
    }

    fn file_records(files: &mut Files) -> Vec<File> {
        files
            .records()
            .filter_map(|record| match record {
                AnyRecord::File(file) => Some(*file),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_file_has_its_record_when_it_ends() {
        let mut files = Files::new(None);
        let start = Start { source: "HTTP", total_bytes: Some(20), ..Start::default() };
        let handle = files.begin(seconds(1), carrier(), start);
        assert_eq!(files.summary(handle), None);
        files.data(seconds(1), handle, b"hello wo");
        files.data(seconds(3), handle, b"rld");
        let summary = files.end(seconds(4), handle).unwrap();
        assert_eq!((summary.mime_type, summary.seen_bytes), (Some("text/plain"), 11));
        let records = file_records(&mut files);
        let [file] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!(file.md5.as_deref(), Some("5eb63bbbe01eeed093cb22bb8f5acdc3"));
        assert_eq!(file.duration.0, 2_000_000_000);
        assert!(!file.timedout);
    }

    #[test]
    fn a_file_with_all_its_bytes_ends_by_itself_and_more_bytes_make_another() {
        let mut files = Files::new(None);
        let start = Start { source: "SMB", total_bytes: Some(4), ..Start::default() };
        let handle = files.begin(seconds(1), carrier(), start);
        files.data_at(seconds(1), handle, 2, b"cd");
        files.data_at(seconds(1), handle, 0, b"ab");
        let first = files.summary(handle).unwrap();
        files.data_at(seconds(2), handle, 0, b"ab");
        assert_ne!(files.summary(handle).unwrap().fuid, first.fuid);
        files.end_connection(carrier().uid);
        let records = file_records(&mut files);
        let [whole, part] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!((whole.seen_bytes, whole.missing_bytes, whole.timedout), (4, 0, false));
        assert_eq!((part.seen_bytes, part.timedout), (2, true));
    }

    #[test]
    fn a_hole_leaves_no_hashes() {
        let mut files = Files::new(None);
        let handle = files.begin(seconds(1), carrier(), Start::default());
        files.data(seconds(1), handle, b"some plain text");
        files.gap(seconds(1), handle, 5);
        files.data(seconds(1), handle, b"more");
        files.end(seconds(1), handle);
        let records = file_records(&mut files);
        let [file] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!((file.seen_bytes, file.missing_bytes), (19, 5));
        assert_eq!((&file.sha256, file.mime_type.as_deref()), (&None, Some("text/plain")));
    }

    #[test]
    fn an_idle_file_is_given_up() {
        let mut files = Files::new(None);
        let handle = files.begin(seconds(0), carrier(), Start::default());
        files.data(seconds(0), handle, b"a");
        // Idle for more than two minutes, but the timer fires only at 120, 240 and 360 seconds.
        files.data(seconds(100), handle, b"b");
        files.data(seconds(239), handle, b"c");
        assert_eq!(file_records(&mut files), []);
        files.data(seconds(360), handle, b"d");
        let records = file_records(&mut files);
        let [file] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!((file.seen_bytes, file.timedout), (3, true));
    }

    #[test]
    fn what_is_open_is_bounded() {
        let mut files = Files::new(None);
        for _ in 0..OPEN_PER_CONNECTION_MAX + 10 {
            let handle = files.begin(seconds(1), carrier(), Start::default());
            files.data(seconds(1), handle, b"x");
        }
        assert_eq!((files.stats().files_refused, files.stats().files_given_up), (0, 10));
        assert_eq!(files.open.len(), OPEN_PER_CONNECTION_MAX);
        files.end_connection(carrier().uid);
        assert_eq!(files.open.len() + files.connections.len() + files.ordinals.len(), 0);
    }

    #[test]
    fn who_keeps_most_behind_holes_gives_way() {
        let limits = FileLimits { pending_bytes_max: 400_000 };
        let mut files = Files::new(None).with_limits(limits);
        let handles: Vec<Handle> =
            (0..12).map(|_| files.begin(seconds(1), carrier(), Start::default())).collect();
        let [modest, greedy @ ..] = handles.as_slice() else { panic!("no files") };
        files.data_at(seconds(1), *modest, 5, b"behind");
        for place in 0..100 {
            for handle in greedy {
                files.data_at(seconds(1), *handle, 10 + place * 2000, &[0; 1000]);
                assert!(files.pending <= limits.pending_bytes_max);
            }
        }
        assert!(files.stats().file_holes_given_up > 10);
        files.data_at(seconds(1), *modest, 0, b"first");
        files.end_connection(carrier().uid);
        assert_eq!(files.pending, 0);
        let of_modest = file_records(&mut files).into_iter().find(|file| file.seen_bytes == 11).unwrap();
        assert_eq!((of_modest.missing_bytes, of_modest.overflow_bytes), (0, 0));
    }

    #[test]
    fn the_same_key_is_the_same_file_while_it_is_open() {
        let mut files = Files::new(None);
        let start = Start { key: Some(1), ..Start::default() };
        let first = files.begin(seconds(1), carrier(), start.clone());
        assert_eq!(files.begin(seconds(1), carrier(), start.clone()), first);
        files.end(seconds(1), first);
        assert_ne!(files.begin(seconds(1), carrier(), start), first);
    }
}
