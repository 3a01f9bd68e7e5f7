//! Which cells a process, or a job within one, takes of a plan that several share.

use unlearn::enrol::Shard;

use crate::{Cell, Plan};

impl Plan {
    /// The cells of a share: whole groups, of which there are at least as many as shares.
    pub fn share(&self, shard: Shard) -> Vec<usize> {
        let all: Vec<usize> = (0..self.cells.len()).collect();
        let groups = self.groups(&all, shard.count());
        let places: Vec<usize> = (0..groups.len()).collect();
        let taken = shard.of(&places);
        let mut cells: Vec<usize> = taken
            .iter()
            .flat_map(|place| groups[*place].clone())
            .collect();
        cells.sort_unstable();
        cells
    }

    /// Some cells in groups, at least so many where there are as many cells. Cells that share a trained original
    /// stay together, unless there are fewer originals than that; then those that share a retrained model
    /// do; and then none.
    pub(crate) fn groups(&self, cells: &[usize], least: usize) -> Vec<Vec<usize>> {
        let original = |cell: &Cell| format!("{}", cell.original);
        let set = |cell: &Cell| format!("{} {:?}", cell.original, cell.classes);
        let own = |cell: &Cell| cell.digest.to_string();
        let grouped = |name: &dyn Fn(&Cell) -> String| {
            let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
            for &cell in cells {
                let name = name(&self.cells[cell]);
                match groups.iter_mut().find(|(other, _)| *other == name) {
                    Some((_, group)) => group.push(cell),
                    None => groups.push((name, vec![cell])),
                }
            }
            groups.into_iter().map(|(_, group)| group).collect()
        };
        let coarse: [&dyn Fn(&Cell) -> String; 2] = [&original, &set];
        let mut coarse = coarse.into_iter().map(grouped);
        let enough = coarse.find(|groups: &Vec<Vec<usize>>| groups.len() >= least);
        enough.unwrap_or_else(|| grouped(&own))
    }
}
