//! Searches of the directory for the accounts that stand for services.

use records::LdapSearch;
use serde::{Deserialize, Serialize};

/// Longer filters are not looked at.
const FILTER_BYTES_MAX: usize = 1024;

/// What a search of the directory says of the accounts that stand for services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Listing {
    #[default]
    None,
    /// It lists the accounts of people that have the name of a service.
    Accounts,
    /// And leaves out those whose tickets are of no use to who guesses passwords: disabled ones, the domain's own.
    Useful,
}

/// The number of user accounts in `samAccountType`, of those that are disabled and that are ordinary in
/// `userAccountControl`, asked for bit by bit.
const USERS: [&str; 3] = ["samaccounttype=805306368", "objectcategory=person", "objectclass=user"];
const BIT: &str = "useraccountcontrol:1.2.840.113556.1.4.803:=";

/// What the search lists.
pub(super) fn listing(search: &LdapSearch) -> Listing {
    let Some(filter) = search.filter.as_deref() else { return Listing::None };
    if search.scope.as_deref() == Some("base") || filter.len() > FILTER_BYTES_MAX {
        return Listing::None;
    }
    let filter: String = filter.to_ascii_lowercase().split_whitespace().collect();
    // One name, or the beginning of one, is a look-up.
    if !["serviceprincipalname=*)", "serviceprincipalname=*/*)"].iter().any(|one| filter.contains(one)) {
        return Listing::None;
    }
    let leaves_out = ["=krbtgt", "=computer)"].iter().any(|one| filter.contains(one))
        || filter.contains(&format!("!({BIT}2)"));
    match USERS.iter().any(|one| filter.contains(one)) || filter.contains(&format!("{BIT}512")) {
        true if leaves_out => Listing::Useful,
        true => Listing::Accounts,
        false => Listing::None,
    }
}
