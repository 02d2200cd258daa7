//! What no transport allows, by Zeek's names.

/// A violation, or a limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    AboveHoleWithoutAcks,
    ActiveReuse,
    BadSynAck,
    ConnectionsOverLimit,
    DataAfterReset,
    DataBeforeEstablished,
    EarlyBytesOverLimit,
    FinAfterReset,
    FinAdvanced,
    InappropriateFin,
    OriginatorSynAck,
    PossibleSplitRouting,
    PrematureReuse,
    RetransmissionDiffers,
    SimultaneousOpen,
    SpontaneousFin,
    SpontaneousReset,
    SynAfterClose,
    SynAfterPartial,
    SynAfterReset,
    SynInside,
    SynSequenceJump,
    SynWithData,
    TruncatedPayload,
    UnsolicitedSynAck,
    SequenceUnderflow,
    AckUnderflow,
}

impl Violation {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AboveHoleWithoutAcks => "above_hole_data_without_any_acks",
            Self::ActiveReuse => "active_connection_reuse",
            Self::BadSynAck => "bad_SYN_ack",
            Self::ConnectionsOverLimit => "connections_over_limit",
            Self::DataAfterReset => "data_after_reset",
            Self::DataBeforeEstablished => "data_before_established",
            Self::EarlyBytesOverLimit => "early_bytes_over_limit",
            Self::FinAfterReset => "FIN_after_reset",
            Self::FinAdvanced => "FIN_advanced_last_seq",
            Self::InappropriateFin => "inappropriate_FIN",
            Self::OriginatorSynAck => "connection_originator_SYN_ack",
            Self::PossibleSplitRouting => "possible_split_routing",
            Self::PrematureReuse => "premature_connection_reuse",
            Self::RetransmissionDiffers => "rexmit_inconsistency",
            Self::SimultaneousOpen => "simultaneous_open",
            Self::SpontaneousFin => "spontaneous_FIN",
            Self::SpontaneousReset => "spontaneous_RST",
            Self::SynAfterClose => "SYN_after_close",
            Self::SynAfterPartial => "SYN_after_partial",
            Self::SynAfterReset => "SYN_after_reset",
            Self::SynInside => "SYN_inside_connection",
            Self::SynSequenceJump => "SYN_seq_jump",
            Self::SynWithData => "SYN_with_data",
            Self::TruncatedPayload => "truncated_tcp_payload",
            Self::UnsolicitedSynAck => "unsolicited_SYN_response",
            Self::SequenceUnderflow => "TCP_seq_underflow_or_misorder",
            Self::AckUnderflow => "TCP_ack_underflow_or_misorder",
        }
    }
}
