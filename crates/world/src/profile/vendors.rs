//! Who made a device, by its hardware address.

use records::HardwareAddress;

/// One maker on each line: its name, a tab, and its prefixes in hexadecimal.
const VENDORS: &str = include_str!("vendors.txt");

/// The maker to whom the IEEE gave the first three bytes of the address, among those with many devices. An address that
/// was made up (for virtual machines, or to hide who one is) has none.
pub fn vendor(address: HardwareAddress) -> Option<&'static str> {
    let text = address.to_string();
    let prefix: String = text.split(':').take(3).collect();
    let lines = VENDORS.lines().filter(|line| !line.starts_with('#'));
    let mut vendors = lines.filter_map(|line| line.split_once('\t'));
    vendors.find(|(_, prefixes)| prefixes.split(' ').any(|known| known == prefix)).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_are_known_by_the_first_half_of_an_address() {
        let of = |number: u64| vendor(HardwareAddress::from_number(number));
        assert_eq!(of(0x000c_29ca_c846), Some("VMware"));
        assert_eq!(of(0xb827_eb00_0001), Some("Raspberry Pi"));
        assert_eq!(of(0x0200_0000_0001), None);
    }

    #[test]
    fn the_list_can_be_read() {
        let lines = VENDORS.lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for line in lines {
            let (name, prefixes) = line.split_once('\t').unwrap();
            assert!(!name.is_empty());
            for prefix in prefixes.split(' ') {
                assert!(prefix.len() == 6 && u32::from_str_radix(prefix, 16).is_ok(), "{name}: {prefix}");
                count += 1;
            }
        }
        assert!(count > 10_000);
    }
}
