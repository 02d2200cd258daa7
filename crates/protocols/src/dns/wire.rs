//! Bytes to header, questions and names (RFC 1035, section 4), with Zeek's leniency: what is cut or odd is read
//! as far as it goes, and noted as a [`Flaw`].

/// Names are read up to this many bytes, as Zeek does; RFC 1035 allows 255.
const NAME_BYTES_MAX: usize = 512;

/// A name may be compressed by a pointer to a name that ends in a pointer, and so on, so many times.
const POINTERS_MAX: u8 = 32;

/// The NetBIOS name service allows labels longer than 63 bytes.
pub(super) const NETBIOS_PORT: u16 = 137;

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Flaw {
    HeaderCut,
    UnknownOpcode,
    TooManyQuestions,
    QuestionCut,
    AnswerCut,
    TooManyAnswers,
    DataCut,
    DataMissing,
    DataOfOtherLength,
    LengthMismatch,
    TextPastEnd,
    PointerForward,
    PointersTooDeep,
    LabelPastEnd,
    LabelTooLong,
    NameTooLong,
    UnknownType,
}

impl Flaw {
    const ALL: [Self; 17] = [
        Self::HeaderCut,
        Self::UnknownOpcode,
        Self::TooManyQuestions,
        Self::QuestionCut,
        Self::AnswerCut,
        Self::TooManyAnswers,
        Self::DataCut,
        Self::DataMissing,
        Self::DataOfOtherLength,
        Self::LengthMismatch,
        Self::TextPastEnd,
        Self::PointerForward,
        Self::PointersTooDeep,
        Self::LabelPastEnd,
        Self::LabelTooLong,
        Self::NameTooLong,
        Self::UnknownType,
    ];

    /// Its stable name: Zeek's where it has one.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::HeaderCut => "DNS_truncated_len_lt_hdr_len",
            Self::UnknownOpcode => "DNS_unknown_opcode",
            Self::TooManyQuestions => "DNS_Conn_count_too_large",
            Self::QuestionCut => "DNS_truncated_quest_too_short",
            Self::AnswerCut => "DNS_truncated_ans_too_short",
            Self::TooManyAnswers => "dns_answers_over_limit",
            Self::DataCut => "DNS_truncated_RR_rdlength_lt_len",
            Self::DataMissing => "DNS_zero_rdlength",
            Self::DataOfOtherLength => "DNS_RR_bad_length",
            Self::LengthMismatch => "DNS_RR_length_mismatch",
            Self::TextPastEnd => "DNS_TXT_char_str_past_rdlen",
            Self::PointerForward => "DNS_label_forward_compress_offset",
            Self::PointersTooDeep => "DNS_label_compression_too_deep",
            Self::LabelPastEnd => "DNS_label_len_gt_pkt",
            Self::LabelTooLong => "DNS_label_too_long",
            Self::NameTooLong => "DNS_NAME_too_long",
            Self::UnknownType => "DNS_RR_unknown_type",
        }
    }
}

/// A set of flaws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flaws(u32);

impl Flaws {
    /// Adds a flaw.
    pub(super) fn add(&mut self, flaw: Flaw) {
        self.0 |= 1 << flaw as u8;
    }

    /// Whether this flaw is here.
    pub(super) const fn has(self, flaw: Flaw) -> bool {
        self.0 & 1 << flaw as u8 != 0
    }

    /// Takes in `others` and gives those that were not here before.
    pub(super) fn absorb(&mut self, others: Self) -> impl Iterator<Item = Flaw> + use<> {
        let fresh = others.0 & !self.0;
        self.0 |= others.0;
        Flaw::ALL.into_iter().filter(move |flaw| fresh & (1 << *flaw as u8) != 0)
    }
}

/// The header of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) id: u16,
    flags: u16,
    pub(super) questions: u16,
    pub(super) answers: u16,
    pub(super) authorities: u16,
    pub(super) additions: u16,
}

impl Header {
    const BYTES: usize = 12;

    /// Reads the header and leaves the cursor behind it.
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        if cursor.left() < Self::BYTES {
            return None;
        }
        Some(Self {
            id: cursor.u16(),
            flags: cursor.u16(),
            questions: cursor.u16(),
            answers: cursor.u16(),
            authorities: cursor.u16(),
            additions: cursor.u16(),
        })
    }

    pub(super) const fn is_reply(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    pub(super) const fn opcode(&self) -> u8 {
        (self.flags >> 11 & 0xf) as u8
    }

    pub(super) const fn is_authoritative(&self) -> bool {
        self.flags & 0x0400 != 0
    }

    pub(super) const fn is_truncated(&self) -> bool {
        self.flags & 0x0200 != 0
    }

    pub(super) const fn recursion_desired(&self) -> bool {
        self.flags & 0x0100 != 0
    }

    pub(super) const fn recursion_available(&self) -> bool {
        self.flags & 0x0080 != 0
    }

    /// The three bits that RFC 1035 reserves.
    pub(super) const fn z(&self) -> u8 {
        (self.flags >> 4 & 7) as u8
    }

    pub(super) const fn response_code(&self) -> u8 {
        (self.flags & 0xf) as u8
    }

    /// A reply that holds nothing but the question.
    pub(super) const fn is_bare_reply(&self) -> bool {
        self.is_reply() && self.answers == 0 && self.authorities == 0 && self.additions == 0
    }
}

/// A name in lower case, without the final dot.
pub(super) struct Name {
    bytes: [u8; NAME_BYTES_MAX],
    length: usize,
}

impl Name {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; NAME_BYTES_MAX], length: 0 }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn push_label(&mut self, label: &[u8]) -> bool {
        let Some(room) = self.bytes.get_mut(self.length..self.length + label.len() + 1) else { return false };
        let Some((dot, place)) = room.split_last_mut() else { return false };
        place.copy_from_slice(label);
        place.make_ascii_lowercase();
        *dot = b'.';
        self.length += label.len() + 1;
        true
    }
}

/// A place in a message.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    message: &'a [u8],
    at: usize,
    end: usize,
    long_labels: bool,
}

impl<'a> Cursor<'a> {
    /// At the beginning of `message`; `port` is the responder's.
    pub(super) fn new(message: &'a [u8], port: u16) -> Self {
        Self { message, at: 0, end: message.len(), long_labels: port == NETBIOS_PORT }
    }

    /// Bytes that are left.
    pub(super) fn left(&self) -> usize {
        self.end.saturating_sub(self.at)
    }

    /// Bytes since `earlier`, a place of the same cursor.
    pub(super) fn since(&self, earlier: Self) -> usize {
        self.at.saturating_sub(earlier.at)
    }

    /// The next byte; 0 and nothing read where none is left.
    pub(super) fn u8(&mut self) -> u8 {
        self.take_exactly().map_or(0, |[byte]| byte)
    }

    /// The next two bytes; 0 and nothing read where fewer are left.
    pub(super) fn u16(&mut self) -> u16 {
        self.take_exactly().map_or(0, u16::from_be_bytes)
    }

    /// The next four bytes; 0 and nothing read where fewer are left.
    pub(super) fn u32(&mut self) -> u32 {
        self.take_exactly().map_or(0, u32::from_be_bytes)
    }

    fn take_exactly<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, _) = self.rest().split_first_chunk::<N>()?;
        self.at += N;
        Some(*bytes)
    }

    /// The next `length` bytes, or as many as there are.
    pub(super) fn take(&mut self, length: usize) -> &'a [u8] {
        let rest = self.rest();
        let taken = rest.get(..length).unwrap_or(rest);
        self.at += taken.len();
        taken
    }

    fn rest(&self) -> &'a [u8] {
        self.message.get(self.at..self.end).unwrap_or_default()
    }

    /// Reads a name into `name`.
    pub(super) fn name(&mut self, name: &mut Name, flaws: &mut Flaws) {
        name.length = 0;
        self.labels(name, flaws, 0);
        if name.length >= 255 {
            flaws.add(Flaw::NameTooLong);
        }
    }

    fn labels(&mut self, name: &mut Name, flaws: &mut Flaws, depth: u8) {
        let begin = name.length;
        while self.label(name, flaws, depth) {}
        if name.length - begin >= 2 && name.as_bytes().last() == Some(&b'.') {
            name.length -= 1;
        }
    }

    /// Reads a label; whether another follows.
    fn label(&mut self, name: &mut Name, flaws: &mut Flaws, depth: u8) -> bool {
        let label_at = self.at;
        let [first, rest @ ..] = self.rest() else { return false };
        self.at += 1;
        let length = usize::from(*first);
        let Some(second) = rest.first() else { return false };
        if length == 0 {
            return false;
        }
        if length >= 0xc0 {
            self.at += 1;
            let target = (length & 0x3f) << 8 | usize::from(*second);
            if target >= label_at {
                flaws.add(Flaw::PointerForward);
            } else if depth >= POINTERS_MAX {
                flaws.add(Flaw::PointersTooDeep);
            } else {
                Self { at: target, end: label_at, ..*self }.labels(name, flaws, depth + 1);
            }
            return false;
        }
        let Some(label) = rest.get(..length) else {
            flaws.add(Flaw::LabelPastEnd);
            self.at = self.end;
            return false;
        };
        if length > 63 && !self.long_labels || !name.push_label(label) {
            flaws.add(Flaw::LabelTooLong);
            return false;
        }
        self.at += length;
        true
    }
}

/// Whether these bytes are one whole, ordinary message: so strict that other traffic does not pass.
pub(super) fn is_surely_a_message(bytes: &[u8]) -> bool {
    let mut cursor = Cursor::new(bytes, 0);
    let Some(header) = Header::read(&mut cursor) else { return false };
    let plain = header.opcode() == 0
        && header.flags & 0x0040 == 0
        && header.response_code() <= 5
        && header.questions == 1
        && header.answers <= 64
        && header.authorities <= 32
        && header.additions <= 32
        && (header.is_reply()
            || header.answers == 0 && header.authorities == 0 && !header.recursion_available());
    if !plain {
        return false;
    }
    let (mut name, mut flaws) = (Name::new(), Flaws::default());
    cursor.name(&mut name, &mut flaws);
    let printable = name.as_bytes().iter().all(u8::is_ascii_graphic) && name.length > 2;
    if !printable || cursor.left() < 4 {
        return false;
    }
    let (kind, class) = (cursor.u16(), cursor.u16());
    if class != 1 || !(1..=257).contains(&kind) {
        return false;
    }
    for _ in 0..header.answers + header.authorities + header.additions {
        cursor.name(&mut name, &mut flaws);
        if cursor.left() < 10 {
            return false;
        }
        cursor.take(8);
        let length = usize::from(cursor.u16());
        if cursor.take(length).len() < length {
            return false;
        }
    }
    flaws == Flaws::default() && cursor.left() == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(message: &[u8], at: usize) -> (String, Flaws) {
        let mut cursor = Cursor { at, ..Cursor::new(message, 53) };
        let (mut name, mut flaws) = (Name::new(), Flaws::default());
        cursor.name(&mut name, &mut flaws);
        (String::from_utf8_lossy(name.as_bytes()).into_owned(), flaws)
    }

    #[test]
    fn every_flaw_is_told_apart() {
        for flaw in Flaw::ALL {
            let mut flaws = Flaws::default();
            flaws.add(flaw);
            assert_eq!(Flaw::ALL.into_iter().filter(|other| flaws.has(*other)).collect::<Vec<_>>(), [flaw]);
        }
    }

    #[test]
    fn names_are_lower_case_without_the_final_dot() {
        let message = b"\x03WWW\x07eXample\0\x03ftp\xc0\x04\0";
        assert_eq!(read(message, 0), ("www.example".into(), Flaws::default()));
        assert_eq!(read(message, 13), ("ftp.example".into(), Flaws::default()));
        assert_eq!(read(b"\0\0", 0), (String::new(), Flaws::default()));
    }

    #[test]
    fn a_pointer_leads_only_back() {
        let (name, flaws) = read(b"\x01a\xc0\x02\0", 0);
        assert_eq!(name, "a");
        assert_eq!(Flaws::default().absorb(flaws).collect::<Vec<_>>(), [Flaw::PointerForward]);
    }

    #[test]
    fn a_chain_of_pointers_has_an_end() {
        let mut message = b"\x01a\0".to_vec();
        for target in 0..200_u16 {
            let target = if target == 0 { 0 } else { 1 + 2 * target };
            message.extend((0xc000 | target).to_be_bytes());
        }
        message.push(0);
        let (name, flaws) = read(&message, message.len() - 3);
        assert_eq!(name, "");
        assert_eq!(Flaws::default().absorb(flaws).collect::<Vec<_>>(), [Flaw::PointersTooDeep]);
    }

    #[test]
    fn a_flaw_is_fresh_once() {
        let (mut seen, mut flaws) = (Flaws::default(), Flaws::default());
        flaws.add(Flaw::DataCut);
        assert_eq!(seen.absorb(flaws).count(), 1);
        assert_eq!(seen.absorb(flaws).count(), 0);
    }

    #[test]
    fn an_ordinary_query_is_recognised_without_its_port() {
        let query = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01";
        assert!(is_surely_a_message(query));
        assert!(!is_surely_a_message(&query[..query.len() - 1]));
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read_as_a_name(bytes in proptest::collection::vec(any::<u8>(), 0..600), at in 0..600_usize) {
            let (name, _) = read(&bytes, at.min(bytes.len()));
            prop_assert!(name.len() <= 3 * NAME_BYTES_MAX);
        }
    }
}
