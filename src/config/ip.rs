//! Lists of IP addresses and ranges: `masterKeyIps` and its siblings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One range: an address and the number of leading bits that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    /// Leading bits compared: 0..=32 for IPv4, 0..=128 for IPv6.
    bits: u8,
}

impl Cidr {
    /// A range; `None` if `bits` is more than the address has.
    pub fn new(address: IpAddr, bits: u8) -> Option<Self> {
        let most = if address.is_ipv4() { 32 } else { 128 };
        (bits <= most).then_some(Self { address, bits })
    }

    /// The range of one address.
    pub fn single(address: IpAddr) -> Self {
        Self { address, bits: if address.is_ipv4() { 32 } else { 128 } }
    }

    /// Whether `ip`, of the same family, lies in the range.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(own), IpAddr::V4(ip)) => {
                shifted(u128::from((own.to_bits()) ^ ip.to_bits()), 32, self.bits) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(ip)) => shifted(own.to_bits() ^ ip.to_bits(), 128, self.bits) == 0,
            _ => false,
        }
    }
}

/// The first `bits` of a difference of `width` bits, moved to the right end.
fn shifted(difference: u128, width: u32, bits: u8) -> u128 {
    difference.checked_shr(width - u32::from(bits)).unwrap_or(0)
}

/// A list of addresses and ranges as Parse Server reads it: `0.0.0.0` and `0.0.0.0/0` mean every IPv4 address, `::`,
/// `::0` and `::/0` every IPv6 address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IpSet(Vec<Cidr>);

impl IpSet {
    /// Reads the entries of a list; the error is the entry that is no address.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        entries.into_iter().map(entry).collect::<Result<Vec<_>, _>>().map(Self)
    }

    /// Whether every address of a family is listed.
    pub fn is_open(&self) -> bool {
        self.0.iter().any(|range| range.bits == 0)
    }

    /// Whether `ip` is listed. An IPv4 address that came over an IPv6 socket (`::ffff:1.2.3.4`) counts as both.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let plain = ip.to_canonical();
        self.0.iter().any(|range| range.contains(plain) || range.contains(ip))
    }
}

fn entry(text: &str) -> Result<Cidr, String> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().map_err(|_| address.to_owned())?;
    match bits {
        None if address == Ipv4Addr::UNSPECIFIED || address == Ipv6Addr::UNSPECIFIED => Ok(Cidr { address, bits: 0 }),
        None => Ok(Cidr::single(address)),
        Some(bits) => bits.parse().ok().and_then(|bits| Cidr::new(address, bits)).ok_or_else(|| text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::IpSet;

    fn set(entries: &[&str]) -> IpSet {
        IpSet::parse(entries.iter().copied()).unwrap()
    }

    fn has(set: &IpSet, ip: &str) -> bool {
        set.contains(ip.parse().unwrap())
    }

    #[test]
    fn single_addresses_and_ranges() {
        let some = set(&["127.0.0.1", "10.0.0.0/8", "2001:db8::/32", "::1"]);
        for inside in ["127.0.0.1", "10.255.0.3", "2001:db8:9::1", "::1", "::ffff:10.1.1.1"] {
            assert!(has(&some, inside), "{inside}");
        }
        for outside in ["127.0.0.2", "11.0.0.1", "2001:db9::1", "::2", "::ffff:11.1.1.1", "0.0.0.0"] {
            assert!(!has(&some, outside), "{outside}");
        }
        assert!(!has(&set(&[]), "127.0.0.1"));
    }

    #[test]
    fn everything_of_a_family() {
        for all in ["0.0.0.0", "0.0.0.0/0"] {
            assert!(has(&set(&[all]), "8.8.8.8") && !has(&set(&[all]), "2001::1"), "{all}");
        }
        for all in ["::", "::0", "::/0"] {
            assert!(has(&set(&[all]), "2001::1") && !has(&set(&[all]), "8.8.8.8"), "{all}");
        }
    }

    #[test]
    fn names_what_is_no_address() {
        assert_eq!(IpSet::parse(["1.2.3"]), Err("1.2.3".into()));
        assert_eq!(IpSet::parse(["1.2.3.4.5/8"]), Err("1.2.3.4.5".into()));
        assert_eq!(IpSet::parse(["1.2.3.4/33"]), Err("1.2.3.4/33".into()));
        assert_eq!(IpSet::parse([""]), Err(String::new()));
    }
}
