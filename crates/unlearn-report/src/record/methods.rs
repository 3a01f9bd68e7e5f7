//! The methods that there are.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use unlearn::forget::{CATALOG, CatalogEntry, Need};

use super::{SCHEMA, VERSION};

/// The methods that there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodsRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// In the order of the catalog.
    pub methods: Vec<MethodRecord>,
}

/// One method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodRecord {
    /// Its name.
    pub name: String,
    /// What it does, in one line.
    pub summary: String,
    /// Where it comes from.
    pub source: String,
    /// What it needs beside the model.
    pub needs: Vec<Need>,
    /// All its settings with their defaults.
    pub settings: Map<String, Json>,
}

impl MethodsRecord {
    /// The whole catalog.
    pub fn of_catalog() -> Self {
        Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            methods: CATALOG.iter().map(MethodRecord::new).collect(),
        }
    }
}

impl MethodRecord {
    fn new(entry: &CatalogEntry) -> Self {
        Self {
            name: entry.name.to_owned(),
            summary: entry.summary.to_owned(),
            source: entry.source.to_owned(),
            needs: entry.needs.to_vec(),
            settings: (entry.defaults)(),
        }
    }
}
