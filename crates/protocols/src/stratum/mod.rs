//! Stratum, by which miners of cryptocurrencies talk to a pool: recognised only.
//!
//! JSON-RPC, one object per line. Bitcoin's pools know `mining.subscribe` and `mining.authorize`, Ethereum's
//! `eth_submitLogin`, those of the CryptoNote family (Monero) `login` with the miner's program and its algorithms.

use memchr::memmem;
use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "Stratum.", "stratum", Tcp, &[], Either, check);

/// Methods that nothing but a miner calls first.
const METHODS: [&[u8]; 6] = [
    b"\"mining.subscribe\"",
    b"\"mining.authorize\"",
    b"\"mining.configure\"",
    b"\"mining.extranonce.subscribe\"",
    b"\"eth_submitLogin\"",
    b"\"eth_submitHashrate\"",
];
/// `login` is a method of others, too; with these it is a miner's.
const LOGIN: &[u8] = b"\"login\"";
const OF_MINERS: [&[u8]; 2] = [b"\"agent\"", b"\"algo\""];
const METHOD: &[u8] = b"\"method\"";

/// The miner speaks first: an object with its method.
fn check(from: Sender, stream: &[u8]) -> Verdict {
    if stream.first() != Some(&b'{') {
        return Verdict::No;
    }
    if from == Sender::Responder {
        return Verdict::Maybe;
    }
    let has = |text: &[u8]| memmem::find(stream, text).is_some();
    let is_miner = METHODS.iter().any(|method| has(method))
        || has(LOGIN) && OF_MINERS.iter().any(|argument| has(argument));
    if has(METHOD) && is_miner {
        return Verdict::Match;
    }
    if stream.contains(&b'\n') { Verdict::No } else { Verdict::Maybe }
}
