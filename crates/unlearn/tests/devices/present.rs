//! The devices that the tests run on.

use std::io::Write;
use std::sync::OnceLock;

use unlearn::network::{Device, DeviceName};

/// A device under test.
#[derive(Clone)]
pub struct Present {
    pub name: DeviceName,
    pub device: Device,
}

/// Those named in `UNLEARN_DEVICES`, each of which must be there; without it,
/// those of this build that are.
pub fn devices() -> &'static [Present] {
    static DEVICES: OnceLock<Vec<Present>> = OnceLock::new();
    DEVICES.get_or_init(|| {
        let asked = std::env::var("UNLEARN_DEVICES").unwrap_or_default();
        let asked = asked.trim();
        let devices = match asked.is_empty() {
            true => DeviceName::built()
                .iter()
                .filter_map(|form| {
                    let name = form.split('[').next().unwrap_or(form);
                    open(name)
                        .map_err(|error| say(&format!("not here: {error}")))
                        .ok()
                })
                .collect(),
            false => asked
                .split(',')
                .map(|name| {
                    open(name.trim()).unwrap_or_else(|error| panic!("UNLEARN_DEVICES: {error}"))
                })
                .collect::<Vec<_>>(),
        };
        let names: Vec<String> = devices
            .iter()
            .map(|present| present.name.to_string())
            .collect();
        say(&format!("device tests run on: {}", names.join(", ")));
        devices
    })
}

fn open(name: &str) -> Result<Present, Box<dyn std::error::Error>> {
    let name: DeviceName = name.parse()?;
    let device = name.open()?;
    Ok(Present { name, device })
}

/// Straight to stderr: what is printed through macros is not shown for tests that pass.
fn say(text: &str) {
    let line = format!("{text}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
