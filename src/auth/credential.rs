//! Keys: what a request sent against what the app has (`http.md` section 3).

use std::net::IpAddr;

use crate::access::Subject;
use crate::config::{AppConfig, IpSet, Keys, Secret, TrustProxy};
use crate::error::{Error, Result};

/// The keys that a request carried, from headers, basic auth or body.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sent<'a> {
    /// `X-Parse-Master-Key`, `_MasterKey`; also carries the read-only master key.
    pub master: Option<&'a str>,
    /// `X-Parse-Maintenance-Key`.
    pub maintenance: Option<&'a str>,
    /// `X-Parse-Client-Key`.
    pub client: Option<&'a str>,
    /// `X-Parse-Javascript-Key`, `_JavaScriptKey`.
    pub javascript: Option<&'a str>,
    /// `X-Parse-Windows-Key`.
    pub dot_net: Option<&'a str>,
    /// `X-Parse-REST-API-Key`.
    pub rest_api: Option<&'a str>,
    /// Does a proxy say that it passes the request on?
    pub forwarded: bool,
}

/// What the master and maintenance keys make of a request; `None`: nothing, it is an ordinary client. A wrong key is no error.
///
/// # Errors
/// 403 `unauthorized` for a right key from an address that its list does not hold; logged with the address seen and the option.
pub fn privileged(config: &AppConfig, sent: &Sent<'_>, ip: IpAddr) -> Result<Option<Subject>> {
    let keys = &config.keys;
    let allowed = |key, option, list: &IpSet| match list.contains(ip) {
        true => Ok(()),
        false => Err(refused(key, option, ip, sent.forwarded && config.trust_proxy == TrustProxy::Nobody)),
    };
    if matches(keys.maintenance.as_ref(), sent.maintenance) {
        allowed("maintenance key", "maintenanceKeyIps", &config.maintenance_key_ips)?;
        return Ok(Some(Subject::Maintenance));
    }
    if matches(Some(&keys.master), sent.master) {
        allowed("master key", "masterKeyIps", &config.master_key_ips)?;
        return Ok(Some(Subject::Master));
    }
    if matches(keys.read_only_master.as_ref(), sent.master) {
        allowed("read-only master key", "readOnlyMasterKeyIps", &config.read_only_master_key_ips)?;
        return Ok(Some(Subject::ReadOnlyMaster));
    }
    Ok(None)
}

/// Whether an ordinary client may talk to the app: if client keys are configured, one of those sent must be right.
pub fn client_allowed(keys: &Keys, sent: &Sent<'_>) -> bool {
    !keys.client_key_required()
        || matches(keys.client.as_ref(), sent.client)
        || matches(keys.javascript.as_ref(), sent.javascript)
        || matches(keys.dot_net.as_ref(), sent.dot_net)
        || matches(keys.rest_api.as_ref(), sent.rest_api)
}

fn matches(own: Option<&Secret>, sent: Option<&str>) -> bool {
    matches!((own, sent), (Some(own), Some(sent)) if own.matches(sent))
}

fn refused(key: &str, option: &str, ip: IpAddr, by_proxy: bool) -> Error {
    let hint = if by_proxy {
        " This is the address of a proxy, which sends X-Forwarded-For: set 'trustProxy' to see that of the client."
    } else {
        ""
    };
    tracing::error!(
        "Request using {key} rejected as the request IP address '{ip}' is not set in Parse Server option '{option}'.{hint}"
    );
    Error::http(403, "unauthorized")
}
