//! zstd (RFC 8878) with any number of frames.

use std::ops::RangeInclusive;

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::Portion;
use crate::damage::Fault;

/// Windows that are granted, as powers of two: at most what the zstd tool grants unless told otherwise, at
/// least what its levels up to 19 need.
const WINDOW_LOG: RangeInclusive<u32> = 23..=27;

/// Reads a zstd file.
pub(crate) struct Zstd {
    decoder: Decoder<'static>,
    /// How many bytes the decoder would take next; zero at the end of a frame.
    hint: usize,
    /// Whether the last step filled the output, so that there may be more to come without input.
    full: bool,
}

impl Zstd {
    pub(crate) fn new(memory: usize) -> Result<Self, Fault> {
        let window_log = memory.checked_ilog2().unwrap_or(0).clamp(*WINDOW_LOG.start(), *WINDOW_LOG.end());
        let mut decoder = Decoder::new().map_err(|_| Fault::Zstd("no memory for it"))?;
        decoder
            .set_parameter(DParameter::WindowLogMax(window_log))
            .map_err(|_| Fault::Zstd("no memory for it"))?;
        Ok(Self { decoder, hint: 1, full: false })
    }

    /// Gives the decoder no more than it wants, which is one compressed block: where it fails, the blocks
    /// before have come out.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Portion {
        // Asked without input at the end of a frame, the decoder would wait for another frame.
        if input.is_empty() && (self.hint == 0 || !self.full) {
            return Portion::default();
        }
        let wanted = input.get(..self.hint.max(1)).unwrap_or(input);
        let room = output.len();
        let mut from = InBuffer::around(wanted);
        let mut to = OutBuffer::around(output);
        let result = self.decoder.run(&mut from, &mut to);
        let (consumed, produced) = (from.pos(), to.pos());
        self.full = produced == room;
        match result {
            Ok(hint) => {
                self.hint = hint;
                Portion { consumed, produced, fault: None }
            }
            Err(error) => {
                let wants_memory = error.to_string().contains("memory");
                let fault = Some(Fault::Zstd(match wants_memory {
                    true => "it needs more memory than is granted",
                    false => "the compressed bytes make no sense",
                }));
                Portion { consumed, produced, fault }
            }
        }
    }

    pub(crate) fn end(&self) -> Option<Fault> {
        (self.hint != 0).then_some(Fault::Zstd("it ends too early"))
    }
}
