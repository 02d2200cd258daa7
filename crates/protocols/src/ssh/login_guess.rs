//! Whether a login succeeded, guessed from the sizes of the server's encrypted packets, as Zeek does.
//!
//! The server's first encrypted packet accepts the service and has a fixed size. A success is 16 bytes shorter; a
//! failure names the methods that are left, so failures are as long as the first one.

/// A longer first answer is a greeting.
const BANNER_BYTES: usize = 256;

/// A success is so much shorter than the acceptance of the service.
const SUCCESS_SHORTER_BYTES: usize = 16;

/// What the sizes have told so far.
#[derive(Debug, Default)]
pub(crate) struct LoginGuess {
    client_spoke: bool,
    accept_bytes: Option<usize>,
    failure_bytes: Option<usize>,
    banner_skipped: bool,
    decided: bool,
    /// Answers of the server behind its acceptance, and packets of the client behind the first of them.
    answers: u32,
    client_after: u32,
}

impl LoginGuess {
    /// The client sent something encrypted.
    pub(crate) fn client_packet(&mut self) {
        self.client_spoke = true;
        self.client_after = self.client_after.saturating_add(u32::from(self.answers > 0));
    }

    /// Whether there was one answer only, which is no success, and the client left: it was refused. Zeek does not count
    /// that, since clients like OpenSSH first ask which methods there are; tools that guess passwords do not ask, and
    /// who leaves then did not get in either.
    pub(crate) fn was_refused_once(&self) -> bool {
        !self.decided && self.answers == 1 && self.failure_bytes.is_some() && self.client_after <= 1
    }

    /// The server sent so many encrypted bytes in a packet; whether they answer a login, and how.
    pub(crate) fn server_packet(&mut self, bytes: usize) -> Option<bool> {
        if self.decided || !self.client_spoke {
            return None;
        }
        let Some(accept) = self.accept_bytes else {
            self.accept_bytes = Some(bytes);
            return None;
        };
        self.answers = self.answers.saturating_add(1);
        if bytes + SUCCESS_SHORTER_BYTES == accept {
            self.decided = true;
            return Some(true);
        }
        let Some(failure) = self.failure_bytes else {
            if !self.banner_skipped && bytes > accept + BANNER_BYTES {
                self.banner_skipped = true;
                self.answers = 0;
            } else {
                self.failure_bytes = Some(bytes);
            }
            return None;
        };
        (bytes == failure).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guesses(sizes: &[usize]) -> Vec<bool> {
        let mut guess = LoginGuess::default();
        guess.client_packet();
        sizes.iter().filter_map(|size| guess.server_packet(*size)).collect()
    }

    #[test]
    fn sizes_tell_success_and_failure() {
        assert_eq!(guesses(&[44, 28]), [true], "no authentication needed");
        assert_eq!(guesses(&[44, 60, 60, 28, 60]), [false, true], "the first failure only tells the methods");
        assert_eq!(guesses(&[44, 400, 60, 60, 60]), [false, false], "a greeting before");
        assert!(guesses(&[44, 60, 100]).is_empty());
    }

    #[test]
    fn who_leaves_after_one_answer_was_refused() {
        for (sizes, refused) in [
            (&[44_usize, 60][..], true),
            (&[44, 400, 60], true),
            (&[44, 28], false),
            (&[44], false),
            (&[44, 60, 100], false),
        ] {
            let mut guess = LoginGuess::default();
            for size in sizes {
                guess.client_packet();
                guess.server_packet(*size);
            }
            guess.client_packet();
            assert_eq!(guess.was_refused_once(), refused, "{sizes:?}");
        }
    }

    #[test]
    fn what_the_server_says_first_does_not_count() {
        let mut guess = LoginGuess::default();
        assert_eq!(guess.server_packet(500), None);
        guess.client_packet();
        assert_eq!(guess.server_packet(44), None);
        assert_eq!(guess.server_packet(28), Some(true));
    }
}
