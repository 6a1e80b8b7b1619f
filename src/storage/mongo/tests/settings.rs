//! Settings of the configuration against the driver.

use crate::config::MongoConfig;
use crate::config::table::driver::{Fate, SETTINGS, Takes};
use crate::storage::mongo::check;

/// The driver refuses settings that it does not know, and values that it cannot use.
#[test]
fn every_setting_that_works_is_taken_by_the_driver() {
    for setting in SETTINGS.iter().filter(|setting| setting.fate == Fate::Works) {
        let (scheme, value) = match setting.name {
            "auth" | "clientMetadata" | "driverInfo" | "readConcern" | "writeConcern" => continue,
            "authMechanism" => ("mongodb://u:p@", "SCRAM-SHA-256"),
            "compressors" => ("mongodb://", "zstd,zlib,snappy"),
            "maxStalenessSeconds" => ("mongodb://", "90&readPreference=nearest"),
            "proxyHost" => ("mongodb://", "h&proxyPort=1080"),
            "proxyPort" => ("mongodb://", "1080&proxyHost=h"),
            "proxyUsername" => ("mongodb://", "u&proxyHost=h&proxyPassword=p"),
            "proxyPassword" => ("mongodb://", "p&proxyHost=h&proxyUsername=u"),
            "readPreference" => ("mongodb://", "secondaryPreferred"),
            "readPreferenceTags" => ("mongodb://", "dc:ny&readPreference=nearest&readPreferenceTags="),
            "serverMonitoringMode" => ("mongodb://", "poll"),
            "srvMaxHosts" | "srvServiceName" => ("mongodb+srv://", "1"),
            _ if setting.takes == Takes::Bool => ("mongodb://", "true"),
            _ => ("mongodb://", "7"),
        };
        let config = MongoConfig::at(&format!("{scheme}h/d?{}={value}", setting.name)).unwrap();
        check(&config).unwrap_or_else(|error| panic!("{}: {error}", setting.name));
    }
    let refused = |uri: &str| check(&MongoConfig::at(uri).unwrap()).unwrap_err();
    assert!(refused("mongodb+srv://h/d?directConnection=true").contains("SRV"));
    assert!(refused("mongodb://u:s3cr3t@h/d?proxyPort=1").contains("proxy"));
    assert!(!refused("mongodb://u:s3cr3t@h/d?srvMaxHosts=1").contains("s3cr3t"));
}
