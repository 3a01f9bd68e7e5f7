//! Which cells a process takes of a plan that several share.

use unlearn::enrol::Shard;

use crate::{Cell, Plan};

impl Plan {
    /// The cells of a share. Cells that share a trained original stay together, unless there are fewer
    /// originals than shares; then those that share a retrained model do; and then none.
    pub fn share(&self, shard: Shard) -> Vec<usize> {
        let original = |cell: &Cell| format!("{}", cell.original);
        let set = |cell: &Cell| format!("{} {:?}", cell.original, cell.classes);
        let own = |cell: &Cell| cell.digest.to_string();
        let groupings: [&dyn Fn(&Cell) -> String; 3] = [&original, &set, &own];
        let grouped = groupings.map(|group| {
            let mut names: Vec<String> = Vec::new();
            let places = self.cells.iter().map(|cell| {
                let name = group(cell);
                let known = names.iter().position(|other| *other == name);
                known.unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                })
            });
            let places: Vec<usize> = places.collect();
            (names.len(), places)
        });
        let coarsest = grouped.iter().find(|(groups, _)| *groups >= shard.count());
        let (groups, places) = coarsest.unwrap_or(&grouped[2]);
        let taken = shard.of(&(0..*groups).collect::<Vec<_>>());
        let cells = 0..self.cells.len();
        cells
            .filter(|cell| taken.contains(&places[*cell]))
            .collect()
    }
}
