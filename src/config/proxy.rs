//! `trustProxy`: which hops before us may name the client in `X-Forwarded-For`, by the rules of Express.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde_json::Value;

use super::ip::Cidr;

/// Who may say where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TrustProxy {
    /// Nobody: the peer of the socket is the client.
    #[default]
    Nobody,
    /// Everybody: the left-most address of the header is the client.
    Everybody,
    /// The nearest so many hops, the socket's peer being the first.
    Hops(u64),
    /// The hops in these ranges.
    Ranges(Vec<Cidr>),
}

impl TrustProxy {
    /// Reads the option: a boolean, a number of hops, a comma separated string or a list of addresses, ranges and the
    /// names `loopback`, `linklocal`, `uniquelocal`.
    pub fn parse(value: &Value) -> Result<Self, String> {
        match value {
            Value::Null | Value::Bool(false) => Ok(Self::Nobody),
            Value::Bool(true) => Ok(Self::Everybody),
            Value::Number(n) => match n.as_f64() {
                Some(hops) if hops >= 1.0 => Ok(Self::Hops(hops as u64)),
                _ => Ok(Self::Nobody),
            },
            Value::String(text) => ranges(text.split(',').map(str::trim).filter(|part| !part.is_empty())),
            Value::Array(entries) => {
                let entries: Option<Vec<&str>> = entries.iter().map(Value::as_str).collect();
                ranges(entries.ok_or("trustProxy must list strings")?.into_iter())
            }
            Value::Object(_) => Err("trustProxy must be a boolean, a number, a string or a list of strings".into()),
        }
    }

    /// The client of a request: `peer` is the other end of the socket, `forwarded` the values of `X-Forwarded-For` in
    /// order, joined by commas. An address that is no address (`unknown`) is answered as `0.0.0.0`, which no list
    /// holds but one that allows everything: falling back to the proxy's own address would lend the client its rights.
    pub fn client_ip(&self, peer: IpAddr, forwarded: Option<&str>) -> IpAddr {
        let mut client = Hop::Address(peer.to_canonical());
        let farther = forwarded.unwrap_or_default().rsplit(',').map(str::trim).filter(|part| !part.is_empty());
        for (nearer, next) in farther.enumerate() {
            if !self.trusts(&client, nearer as u64) {
                break;
            }
            client = Hop::read(next);
        }
        client.address()
    }

    fn trusts(&self, hop: &Hop, index: u64) -> bool {
        match self {
            Self::Nobody => false,
            Self::Everybody => true,
            Self::Hops(hops) => index < *hops,
            Self::Ranges(ranges) => match hop {
                Hop::Address(ip) => ranges.iter().any(|range| range.contains(*ip)),
                Hop::Other(_) => false,
            },
        }
    }
}

/// One element of `X-Forwarded-For`.
enum Hop {
    Address(IpAddr),
    /// Not a bare address: never trusted, but `1.2.3.4:5678` still names a client.
    Other(Option<IpAddr>),
}

impl Hop {
    fn read(text: &str) -> Self {
        match text.parse::<IpAddr>() {
            Ok(ip) => Self::Address(ip.to_canonical()),
            Err(_) => Self::Other(text.parse::<SocketAddr>().ok().map(|socket| socket.ip().to_canonical())),
        }
    }

    fn address(&self) -> IpAddr {
        match self {
            Self::Address(ip) => *ip,
            Self::Other(ip) => ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        }
    }
}

fn ranges<'a>(entries: impl Iterator<Item = &'a str>) -> Result<TrustProxy, String> {
    let mut all = Vec::new();
    for entry in entries {
        match entry {
            "loopback" => all.extend(known(&["127.0.0.1/8", "::1/128"])),
            "linklocal" => all.extend(known(&["169.254.0.0/16", "fe80::/10"])),
            "uniquelocal" => all.extend(known(&["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"])),
            other => all.push(range(other)?),
        }
    }
    Ok(if all.is_empty() { TrustProxy::Nobody } else { TrustProxy::Ranges(all) })
}

fn known(ranges: &[&str]) -> Vec<Cidr> {
    ranges.iter().filter_map(|text| range(text).ok()).collect()
}

/// Reads `address`, `address/bits` or `address/netmask`.
fn range(text: &str) -> Result<Cidr, String> {
    let (address, bits) = text.rsplit_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let ip: IpAddr = address.parse().map_err(|_| format!("trustProxy: invalid IP address: {address}"))?;
    let wrong = || format!("trustProxy: invalid range on address: {text}");
    let Some(bits) = bits else { return Ok(Cidr::single(ip.to_canonical())) };
    let bits = match bits.parse::<u8>() {
        Ok(bits) => bits,
        Err(_) => netmask(ip, bits).ok_or_else(wrong)?,
    };
    if bits == 0 {
        return Err(wrong());
    }
    // A range of mapped addresses means the IPv4 addresses inside them.
    match ip.to_canonical() {
        plain if plain.is_ipv4() && ip.is_ipv6() && bits >= 96 => Cidr::new(plain, bits - 96),
        _ => Cidr::new(ip, bits),
    }
    .ok_or_else(wrong)
}

/// The bits of a mask such as `255.255.0.0`.
fn netmask(ip: IpAddr, mask: &str) -> Option<u8> {
    let mask = mask.parse::<Ipv4Addr>().ok().filter(|_| ip.is_ipv4())?.to_bits();
    (mask.leading_ones() + mask.trailing_zeros() == 32).then_some(mask.leading_ones() as u8)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use serde_json::{Value, json};

    use super::TrustProxy;

    fn client(option: Value, peer: &str, forwarded: &str) -> String {
        let peer: IpAddr = peer.parse().unwrap();
        let header = (!forwarded.is_empty()).then_some(forwarded);
        TrustProxy::parse(&option).unwrap().client_ip(peer, header).to_string()
    }

    #[test]
    fn nobody_is_trusted_by_default() {
        for option in [json!([]), json!(false), json!(null), json!(0), json!("")] {
            assert_eq!(client(option, "10.0.0.9", "1.1.1.1"), "10.0.0.9");
        }
    }

    #[test]
    fn everybody_means_the_left_most() {
        assert_eq!(client(json!(true), "10.0.0.9", "1.1.1.1, 2.2.2.2"), "1.1.1.1");
        assert_eq!(client(json!(true), "10.0.0.9", ""), "10.0.0.9");
        assert_eq!(client(json!(true), "10.0.0.9", " , 1.1.1.1 ,,"), "1.1.1.1");
    }

    #[test]
    fn hops_count_from_the_socket() {
        let header = "1.1.1.1, 2.2.2.2, 3.3.3.3";
        assert_eq!(client(json!(1), "10.0.0.9", header), "3.3.3.3");
        assert_eq!(client(json!(2), "10.0.0.9", header), "2.2.2.2");
        assert_eq!(client(json!(9), "10.0.0.9", header), "1.1.1.1");
    }

    #[test]
    fn ranges_stop_at_the_first_stranger() {
        let header = "1.1.1.1, 192.168.3.4";
        assert_eq!(client(json!("loopback, uniquelocal"), "127.0.0.1", header), "1.1.1.1");
        assert_eq!(client(json!(["loopback"]), "127.0.0.1", header), "192.168.3.4");
        assert_eq!(client(json!(["loopback"]), "8.8.8.8", header), "8.8.8.8", "a stranger's header is not read");
        assert_eq!(client(json!("10.0.0.0/255.0.0.0"), "10.9.9.9", "5.5.5.5"), "5.5.5.5");
        assert_eq!(client(json!("linklocal"), "fe80::1", "5.5.5.5"), "5.5.5.5");
        assert_eq!(client(json!("::ffff:10.0.0.0/104"), "::ffff:10.1.1.1", "5.5.5.5"), "5.5.5.5");
        assert_eq!(client(json!("10.0.0.1"), "::ffff:10.0.0.1", "5.5.5.5"), "5.5.5.5");
    }

    #[test]
    fn garbage_never_lends_the_proxys_address() {
        assert_eq!(client(json!(true), "127.0.0.1", "unknown"), "0.0.0.0");
        assert_eq!(client(json!("loopback"), "127.0.0.1", "1.1.1.1, unknown"), "0.0.0.0");
        assert_eq!(client(json!(1), "127.0.0.1", "9.9.9.9:1234"), "9.9.9.9");
        assert_eq!(client(json!("loopback"), "127.0.0.1", "1.1.1.1, 127.0.0.1:80"), "127.0.0.1");
    }

    #[test]
    fn says_what_is_wrong() {
        let error = |value: Value| TrustProxy::parse(&value).unwrap_err();
        assert_eq!(error(json!("locahost")), "trustProxy: invalid IP address: locahost");
        assert_eq!(error(json!("10.0.0.0/0")), "trustProxy: invalid range on address: 10.0.0.0/0");
        assert_eq!(error(json!("10.0.0.0/33")), "trustProxy: invalid range on address: 10.0.0.0/33");
        assert_eq!(error(json!("10.0.0.0/255.0.255.0")), "trustProxy: invalid range on address: 10.0.0.0/255.0.255.0");
        assert_eq!(error(json!([1])), "trustProxy must list strings");
        assert_eq!(error(json!({})), "trustProxy must be a boolean, a number, a string or a list of strings");
    }
}
