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
}

impl LoginGuess {
    /// The client sent something encrypted.
    pub(crate) fn client_packet(&mut self) {
        self.client_spoke = true;
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
        if bytes + SUCCESS_SHORTER_BYTES == accept {
            self.decided = true;
            return Some(true);
        }
        let Some(failure) = self.failure_bytes else {
            if !self.banner_skipped && bytes > accept + BANNER_BYTES {
                self.banner_skipped = true;
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
    fn what_the_server_says_first_does_not_count() {
        let mut guess = LoginGuess::default();
        assert_eq!(guess.server_packet(500), None);
        guess.client_packet();
        assert_eq!(guess.server_packet(44), None);
        assert_eq!(guess.server_packet(28), Some(true));
    }
}
