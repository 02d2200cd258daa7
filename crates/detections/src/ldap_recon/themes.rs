//! What a search lists: kinds of entries that say how a domain is built, or where it is weak.

/// A kind of entries.
pub(super) struct Theme {
    /// For people.
    pub(super) name: &'static str,
    /// 1 for what administration lists, too; 2 for what attackers want to know and others seldom.
    pub(super) weight: u32,
    /// Parts of a filter, lower case and without blanks, that mean it.
    signs: &'static [&'static str],
}

const fn theme(name: &'static str, weight: u32, signs: &'static [&'static str]) -> Theme {
    Theme { name, weight, signs }
}

/// All kinds; [`themes`] gives their places as bits.
pub(super) const THEMES: &[Theme] = &[
    theme("all entries", 1, &[]),
    theme(
        "users",
        1,
        &[
            "(objectclass=user)",
            "(objectcategory=person)",
            "(objectcategory=user)",
            "samaccounttype=805306368",
        ],
    ),
    theme("groups", 1, &["(objectclass=group)", "(objectcategory=group)", "samaccounttype=268435456"]),
    theme(
        "computers",
        1,
        &["(objectclass=computer)", "(objectcategory=computer)", "samaccounttype=805306369"],
    ),
    theme("organisational units", 1, &["organizationalunit)"]),
    theme("group policies", 1, &["grouppolicycontainer)"]),
    theme("trusts", 2, &["trusteddomain)"]),
    theme("sites and subnets", 1, &["(objectclass=site)", "(objectclass=subnet)", "(objectcategory=subnet)"]),
    theme("DNS entries", 1, &["(objectclass=dnsnode)", "(objectclass=dnszone)"]),
    theme("accounts of services", 2, &["(serviceprincipalname=*"]),
    theme("accounts without pre-authentication", 2, &["1.2.840.113556.1.4.803:=4194304)"]),
    theme(
        "delegation",
        2,
        &[
            "1.2.840.113556.1.4.803:=524288)",
            "1.2.840.113556.1.4.803:=16777216)",
            "(msds-allowedtodelegateto=",
            "(msds-allowedtoactonbehalfofotheridentity=",
        ],
    ),
    theme("accounts without a password", 2, &["1.2.840.113556.1.4.803:=32)"]),
    theme("administrators", 2, &["(admincount=1)", "(admincount=*)"]),
    theme(
        "stored passwords",
        2,
        &[
            "(ms-mcs-admpwd=",
            "(ms-mcs-admpwdexpirationtime=",
            "(mslaps-",
            "(msds-managedpassword",
            "msds-groupmanagedserviceaccount)",
        ],
    ),
];

/// Attributes that name one entry.
const NAMES: &[&str] = &[
    "samaccountname",
    "userprincipalname",
    "cn",
    "name",
    "uid",
    "mail",
    "proxyaddresses",
    "distinguishedname",
    "objectsid",
    "objectguid",
    "dnshostname",
    "serviceprincipalname",
];

/// The kinds that a filter lists, as bits; none where it looks for one entry.
pub(super) fn themes(filter: &str, base: &str) -> u32 {
    let filter: String = filter
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    if matches!(filter.as_str(), "(objectclass=*)" | "(objectcategory=*)") {
        // Below a single container it is how tools look at what is in it.
        return u32::from(base.to_ascii_lowercase().starts_with("dc="));
    }
    if looks_for_one(&filter) {
        return 0;
    }
    THEMES.iter().enumerate().fold(0, |found, (place, theme)| {
        let is_meant = theme.signs.iter().any(|sign| filter.contains(sign));
        found | u32::from(is_meant) << place
    })
}

/// Whether a name is asked for as it stands; what is excluded (`(!(cn=…))`) names nothing.
fn looks_for_one(filter: &str) -> bool {
    filter.match_indices('(').any(|(place, _)| {
        let rest = filter.get(place + 1..).unwrap_or_default();
        let Some((term, _)) = rest.split_once(')') else { return false };
        let Some((attribute, value)) = term.split_once('=') else { return false };
        let is_excluded = filter.get(..place).is_some_and(|before| before.ends_with('!'));
        !is_excluded && NAMES.contains(&attribute) && !value.contains('*')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(filter: &str) -> Vec<&'static str> {
        let found = themes(filter, "DC=example,DC=local");
        let listed = THEMES.iter().enumerate().filter(|(place, _)| found >> place & 1 == 1);
        listed.map(|(_, theme)| theme.name).collect()
    }

    #[test]
    fn what_is_listed_is_told_from_what_is_looked_up() {
        assert_eq!(named("(objectClass=*)"), ["all entries"]);
        assert_eq!(named("(&(objectCategory=person)(sAMAccountName=tanaka.k))"), [""; 0]);
        assert_eq!(
            named("(&(samAccountType=805306368)(servicePrincipalName=*)(!(samAccountName=krbtgt)))"),
            ["users", "accounts of services"]
        );
        assert_eq!(named("(userAccountControl:1.2.840.113556.1.4.803:=524288)"), ["delegation"]);
        assert_eq!(named("(servicePrincipalName=HTTP/www.example.local)"), [""; 0]);
        assert_eq!(named("(adminCount=1"), [""; 0]);
        assert_eq!(themes("(objectClass=*)", "CN=Public Key Services"), 0);
    }
}
